// The part of a sign-in page that script shows where the browser knows passkeys.
import type { PasskeyPart } from '../http/view-models.ts';
import type { Visit } from './visit.ts';

/** What the script of such a page hands to the browser. Asking changes nothing. */
export const optionsPart = 'passkey-options';

export function optionsUrl({ interaction }: Visit): string {
  return `/interaction/${interaction.uid}/${optionsPart}`;
}

/** @param part the last part of the address that it posts to */
export function passkeyPart(visit: Visit, part: string): { passkey: PasskeyPart } {
  return { passkey: { action: `/interaction/${visit.interaction.uid}/${part}`, optionsUrl: optionsUrl(visit) } };
}
