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

/** What a second factor is set up with. */
export const qrCode = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 25 25"><path d="M2 2h7v7H2zm14 0h7v7h-7zM2 16h7v7H2zm12-4h3v5h-3zm5 3h4v3h-4zm-7 5h6v3h-6z"/></svg>')}`;
export const secretKey = 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP';
const five = [
  '7kq4-mxwd-29pa-w0wm',
  'h3tr-8vnb-qy5c-mmmm',
  'ze62-pj9k-4dmw-1x7g',
  'n5xa-ct7g-vr38-9kq4',
  'b4wd-qh6m-2kyp-3tr8',
];
export const codes = [...five, ...five];
export const downloadUrl = `data:text/plain;charset=utf-8,${encodeURIComponent(codes.join('\n'))}`;
