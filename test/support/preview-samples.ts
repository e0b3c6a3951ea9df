// What the screens are shown with: an ordinary person and client, and a pair with very long names.
import type { ClientModel, FieldError, ViewModels, ViewName } from '../../src/web/http/view-models.ts';

/** One view in one of the states it can be in. */
export type Screen = { [V in ViewName]: { state: string; view: V; model: ViewModels[V] } }[ViewName];

export const long = 'Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh '.repeat(4).slice(0, 200).trim();
export const unbroken = 'x'.repeat(64);
export const email = 'maya.okafor@acme.example';
export const longEmail = `${unbroken}@${'very-long-domain.'.repeat(6)}example`;
export const at = Date.UTC(2026, 10, 22, 14, 5, 9);

export const client: ClientModel = {
  name: 'Acme Time',
  host: 'time.acme.example',
  clientUri: 'https://time.acme.example/',
};
export const longClient: ClientModel = { name: long, host: `${unbroken}.${'sub.'.repeat(20)}example` };

export const form = (...errors: FieldError[]) => ({
  action: '/interaction/example/step',
  csrf: 'anti-forgery-token',
  errors,
});

export const user = { name: 'Maya Okafor', initials: 'MO', email, signOutCsrf: 'anti-forgery-token' };
export const longUser = { name: long, initials: 'WF', email: longEmail, signOutCsrf: 'anti-forgery-token' };
