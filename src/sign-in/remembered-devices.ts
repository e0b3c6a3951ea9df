// "Do not ask for a code on this device": a token in a cookie of its own, kept as a hash, good for one account in one browser, for as long
// as the policy of now allows, and in the session epoch it was made in: a new password, another second factor or a report of misuse ends
// them all in the write that it is.
import { z } from 'zod';
import type { Account } from '../accounts/account.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import { sha256 } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

const rememberedDeviceSchema = z.object({
  /** SHA-256 of the token and the account's id: one browser may be remembered for several people. */
  id: z.string(),
  accountId: z.string(),
  browserHash: z.string(),
  epoch: z.number().int(),
  userAgent: z.string().optional(),
  createdAt: z.number(),
  expiresAt: z.number(),
});
export type RememberedDevice = z.output<typeof rememberedDeviceSchema>;

const rememberedDevicesSpec: CollectionSpec<RememberedDevice> = {
  name: 'remembered-devices',
  schema: rememberedDeviceSchema,
  index: ['accountId'],
  expiresAt: 'expiresAt',
};

const dayMs = 24 * 3_600_000;
/** As long as a policy may allow at most: its cookie lives so long, and the policy is asked at each use. */
export const longestRememberedSeconds = 90 * 24 * 3600;

export interface DeviceToken {
  token: string;
  browserHash: string;
}

/** Whether it is good for the account now. @param days what the policy allows now; 0 for none */
export function isGood(
  device: RememberedDevice,
  account: Pick<Account, 'id' | 'sessionEpoch'>,
  days: number,
  now: number,
): boolean {
  const isOwn = device.accountId === account.id && device.epoch === account.sessionEpoch;
  return isOwn && now < Math.min(device.expiresAt, device.createdAt + days * dayMs);
}

export function createRememberedDevices({ storage, audit }: { storage: Storage; audit: Audit }) {
  const devices = storage.collection(rememberedDevicesSpec);

  async function isRemembered(account: Account, { token, browserHash }: DeviceToken, days: number): Promise<boolean> {
    if (days === 0) return false;
    const device = await devices.get(idOf(token, account.id));
    return device?.browserHash === browserHash && isGood(device, account, days, Date.now());
  }

  /** After a right code, by the person's wish. */
  async function remember(
    account: Account,
    { token, browserHash }: DeviceToken,
    days: number,
    origin: Origin,
  ): Promise<void> {
    const now = Date.now();
    await devices.put({
      id: idOf(token, account.id),
      accountId: account.id,
      browserHash,
      epoch: account.sessionEpoch,
      ...(origin.userAgent ? { userAgent: origin.userAgent.slice(0, 300) } : {}),
      createdAt: now,
      expiresAt: now + days * dayMs,
    });
    await audit.record(
      { type: 'device.remembered', result: 'success', subject: account.id, detail: { days } },
      { ...origin, actor: account.id },
    );
  }

  /** Those that are good, the newest first. */
  async function list(account: Account, days: number): Promise<RememberedDevice[]> {
    const all = await devices.list({ where: { accountId: account.id }, limit: 1000 });
    return all.filter((one) => isGood(one, account, days, Date.now())).sort((a, b) => b.createdAt - a.createdAt);
  }

  /** @returns false where the account has no such device */
  async function forget(account: Account, id: string, origin: Origin): Promise<boolean> {
    if ((await devices.get(id))?.accountId !== account.id) return false;
    await devices.delete(id);
    await audit.record({ type: 'device.forgotten', result: 'success', subject: account.id }, origin);
    return true;
  }

  /** All of the account: what is held of a person. */
  async function forgetAll(accountId: string): Promise<void> {
    await devices.deleteMany('accountId', accountId);
  }

  /** For the person's own eyes. */
  async function dataOf(accountId: string) {
    const all = await devices.list({ where: { accountId }, limit: 1000 });
    return all.map(({ createdAt, expiresAt, userAgent }) => ({ createdAt, expiresAt, userAgent }));
  }

  return { isRemembered, remember, list, forget, forgetAll, dataOf };
}
export type RememberedDevices = ReturnType<typeof createRememberedDevices>;

function idOf(token: string, accountId: string): string {
  return sha256(`${token} ${accountId}`);
}
