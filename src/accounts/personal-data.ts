// Everything that is held about a person: the account record here, and beside it the list of holdings that services.ts builds. A person may
// download all of it; what can be removed goes with the account (account-deletion.ts).
import type { Audit, Origin } from '../audit/audit.ts';
import type { Account } from './account.ts';

/** Records of one kind about a person. A new collection that holds any is one line in the list. */
export interface Holding {
  /** Its name in the download. */
  name: string;
  /** Without hashes and secrets; left out for what means nothing to a person. */
  list?(accountId: string): Promise<readonly object[]>;
  /** May be done twice. Left out for what ends by itself, or must stay. */
  remove?(accountId: string): Promise<unknown>;
}

export function createPersonalData({ audit, holdings }: { audit: Audit; holdings: readonly Holding[] }) {
  /** What a person is given when they ask for their data; written down, since whoever gets it learns a lot.
   *  @returns plain data, instants as ISO 8601 in UTC */
  async function collect(account: Account, origin: Origin): Promise<Record<string, unknown>> {
    await audit.record({ type: 'account.data-downloaded', result: 'success', subject: account.id }, origin);
    const shown = holdings.flatMap(({ name, list }) => (list ? [{ name, list }] : []));
    const lists = await Promise.all(shown.map(async ({ name, list }) => [name, await list(account.id)] as const));
    return { exportedAt: new Date().toISOString(), account: accountData(account), ...Object.fromEntries(lists) };
  }

  return { collect };
}
export type PersonalData = ReturnType<typeof createPersonalData>;

/** What is shown as it stands. A new field is withheld until it is named here: it may be a hash. */
const shownFields = [
  'id',
  'email',
  'emailVerified',
  'givenName',
  'familyName',
  'language',
  'status',
  'roles',
  'memberships',
  'firstSignedInAt',
  'securedAt',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof Account)[];

function accountData(account: Account): Record<string, unknown> {
  const { passwordHash, totp, recoveryCodes = [], emailChange, identities = [] } = account;
  return {
    ...readable(Object.fromEntries(shownFields.map((field) => [field, account[field]]))),
    hasPassword: passwordHash !== undefined,
    multiFactorAuthentication: totp ? { activatedAt: new Date(totp.activatedAt).toISOString() } : false,
    recoveryCodes: recoveryCodes.length,
    linkedIdentities: identities.map(readable),
    ...(emailChange ? { emailAskedFor: emailChange.email } : {}),
  };
}

/** Instants in words: every field that ends in `At`, or is `at`. */
export function readable(record: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([field, value]) => [
      field,
      typeof value === 'number' && /(^at|At)$/.test(field) ? new Date(value).toISOString() : value,
    ]),
  );
}
