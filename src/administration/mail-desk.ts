// Mail on its way, as the instance's administrators see it: where each message stands, never what it says, since links in it sign people
// in. A firm's administrators see none of it: the recipients are everybody's.
import type { Accounts } from '../accounts/accounts.ts';
import type { Config } from '../config.ts';
import type { Deliveries, DeliveryStatus } from '../mail/deliveries.ts';
import type { DeliveryState, TryResult } from '../mail/delivery.ts';
import type { SendTestMail } from '../mail/test-mail.ts';
import { DomainError } from '../platform/errors.ts';
import { type Administrator, demand } from './administrator.ts';

/** Where mail goes; `mailbox`: nowhere, in development without a mail server. */
export type MailRoute = { kind: 'server'; host: string; port: number } | { kind: 'off' } | { kind: 'mailbox' };

export interface MailDeskDependencies {
  accounts: Accounts;
  config: Pick<Config, 'smtpUrl'>;
  deliveries: Deliveries;
  sendTestMail: SendTestMail;
}

export interface MailQuery {
  state?: DeliveryState | undefined;
  /** The id of the last one of the page before. */
  after?: string | undefined;
  limit: number;
}

export function createMailDesk({ accounts, config, deliveries, sendTestMail }: MailDeskDependencies) {
  /** @throws DomainError 'not_permitted' */
  function route(who: Administrator): MailRoute {
    demand(who, 'instance:read');
    const { smtpUrl } = config;
    if (smtpUrl === undefined) return { kind: 'mailbox' };
    return smtpUrl === 'off' ? { kind: 'off' } : { kind: 'server', host: smtpUrl.host, port: smtpUrl.port };
  }

  /** Newest first. @throws DomainError 'not_permitted' */
  async function list(who: Administrator, { state, after, limit }: MailQuery): Promise<DeliveryStatus[]> {
    demand(who, 'instance:read');
    return deliveries.list({ limit, ...(state ? { state } : {}), ...(after === undefined ? {} : { after }) });
  }

  /** @throws DomainError 'not_found', 'not_permitted' */
  async function get(who: Administrator, id: string): Promise<DeliveryStatus> {
    demand(who, 'instance:read');
    const found = await deliveries.get(id);
    if (!found) throw new DomainError('not_found', `There is no message ${id}.`);
    return found;
  }

  /** Has a running server try it again within seconds.
   *  @throws DomainError 'conflict' where there is nothing to send any more, or mail is off; 'not_found', 'not_permitted' */
  async function retry(who: Administrator, id: string): Promise<DeliveryStatus> {
    demand(who, 'instance:write');
    if (config.smtpUrl === 'off') throw new DomainError('conflict', 'Nothing was done: mail is off (SMTP_URL).');
    return deliveries.retry(id);
  }

  /** To the administrator's own address, at once. @throws DomainError 'not_found' for a program, which has none; 'not_permitted' */
  async function test(who: Administrator): Promise<TryResult & { to: string }> {
    demand(who, 'instance:write');
    const account = who.accountId === undefined ? undefined : await accounts.get(who.accountId);
    if (!account) throw new DomainError('not_found', 'only a person has an address to send a test message to');
    return { to: account.email, ...(await sendTestMail(account.email, account.language)) };
  }

  return { route, list, get, retry, test };
}

/** Whether another try can be asked for: nothing waits for one that is not yet due. @param now milliseconds UTC */
export function mayRetry({ state, sendUntil }: DeliveryStatus, now: number): boolean {
  return (state === 'retrying' || state === 'refused') && sendUntil > now;
}
