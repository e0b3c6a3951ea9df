// What became of telling the apps of a session that it is over, carried to the page that says so: in its address, signed, and believed for
// a few minutes. Unsigned, anyone could make our page say what they like.
import { clientName } from '../../clients/client.ts';
import type { Clients } from '../../clients/clients.ts';
import type { SignOutReport } from '../../oidc/backchannel.ts';
import { constantTimeEqual, type Secrets } from '../../platform/secrets.ts';
import type { Message } from './view-models.ts';

const purpose = 'sign-out report';
const believedMs = 10 * 60_000;
/** More names than this would be no longer read. */
const mostNames = 3;

export function createSignOutReports({ secrets, clients }: { secrets: Secrets; clients: Clients }) {
  /** @returns where the browser hears that it is signed out */
  function urlOf(report: SignOutReport | undefined): string {
    if (!report || report.told + report.waiting.length === 0) return '/signed-out';
    const kept = { ...report, waiting: report.waiting.slice(0, 20), count: report.told + report.waiting.length };
    const payload = Buffer.from(JSON.stringify({ ...kept, at: Date.now() })).toString('base64url');
    return `/signed-out?apps=${payload}.${secrets.hmac(purpose, payload)}`;
  }

  /** @returns what the page says; nothing where there is no report, or none to be believed */
  async function messages(given: unknown): Promise<Message[]> {
    const report = read(given);
    if (!report) return [];
    const { told, waiting, count } = report;
    if (waiting.length === 0) return [{ key: 'signedOut.apps', values: { count } }];
    const names = waiting.slice(0, mostNames).map(async (id) => {
      const client = await clients.get(id);
      return { key: 'signedOut.waiting', values: { client: client ? clientName(client.metadata) : id } };
    });
    const unnamed = count - told - names.length;
    return [
      { key: 'signedOut.appsPartly', values: { told, count } },
      ...(await Promise.all(names)),
      ...(unnamed > 0 ? [{ key: 'signedOut.waitingMore', values: { count: unnamed } }] : []),
    ];
  }

  function read(given: unknown): (SignOutReport & { count: number }) | undefined {
    const [payload = '', mac = ''] = typeof given === 'string' ? given.split('.') : [];
    if (!secrets.hmacs(purpose, payload).some((expected) => constantTimeEqual(expected, mac))) return undefined;
    const { at, ...report } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return Date.now() - at <= believedMs ? report : undefined;
  }

  return { urlOf, messages };
}
export type SignOutReports = ReturnType<typeof createSignOutReports>;
