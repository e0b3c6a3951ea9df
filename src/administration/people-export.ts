// All people at once, for whoever takes them along: read page by page, and written down beforehand.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { ListedStatus } from '../accounts/search-keys.ts';
import type { Audit } from '../audit/audit.ts';
import { type Administrator, organizationAskedFor } from './administrator.ts';

const pageSize = 500;

export interface ExportQuery {
  organization?: string | undefined;
  status?: ListedStatus | undefined;
}

export function createPeopleExport({ accounts, audit }: { accounts: Accounts; audit: Audit }) {
  /** By id: who is added meanwhile may be there or not, everybody else is, once.
   *  @throws DomainError 'not_permitted'; 'invalid_input' when one of several firms must be named */
  async function* all(who: Administrator, query: ExportQuery): AsyncGenerator<Account> {
    const organization = organizationAskedFor(who, 'users:read', query.organization);
    const { status } = query;
    const about = organization === undefined ? {} : { organizations: [organization] };
    const detail = { ...(organization && { organization }), ...(status && { status }) };
    await audit.record({ type: 'accounts.exported', result: 'success', ...about, detail }, who.origin);
    await accounts.keepUp();
    for (let after: string | undefined; ; ) {
      const page = await accounts.search({ organization, status, after, limit: pageSize });
      yield* page;
      after = page.at(-1)?.id;
      if (page.length < pageSize) return;
    }
  }

  return { all };
}
