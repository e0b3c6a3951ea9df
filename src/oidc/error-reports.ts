// Errors that go to the app by the standard also get a number and an address of ours that explains them (RFC 6749 4.1.2.1, error_uri):
// the person sees the app's own words, the app's developer sees what was wrong.
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { z } from 'zod';
import { readableCode } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

const errorReportSchema = z.object({
  /** The number shown to people and found in the log. */
  id: z.string(),
  error: z.string(),
  description: z.string().optional(),
  clientId: z.string().optional(),
  occurredAt: z.number(),
  expiresAt: z.number(),
});
export type ErrorReport = z.output<typeof errorReportSchema>;

const errorReportsSpec: CollectionSpec<ErrorReport> = {
  name: 'error-reports',
  schema: errorReportSchema,
  expiresAt: 'expiresAt',
};
const keptSeconds = 24 * 3600;

/** Answers that a silent request (`prompt=none`) or a person's "Cancel" brings every day: nothing is wrong, nothing is kept. */
const ordinary = new Set([
  'login_required',
  'consent_required',
  'interaction_required',
  'unmet_authentication_requirements',
  'access_denied',
]);

interface ProtocolError extends Error {
  error?: string | undefined;
  error_description?: string | undefined;
  error_detail?: string | undefined;
}

export function createErrorReports({ storage, log, issuer }: { storage: Storage; log: Log; issuer: string }) {
  const reports = storage.collection(errorReportsSpec);
  const seen = new WeakMap<object, ProtocolError>();

  function find(number: string): Promise<ErrorReport | undefined> {
    return reports.get(number);
  }

  /** Puts `error_uri` on redirects that carry an error to a client. */
  function attach(provider: Provider): void {
    provider.on('authorization.error', (ctx, error) => seen.set(ctx, error));
    provider.use(async (ctx, next) => {
      await next();
      const error = seen.get(ctx);
      const location = ctx.response.get('Location');
      if (!error?.error || ordinary.has(error.error) || !URL.canParse(location)) return;
      const number = await keep(ctx as KoaContextWithOIDC, error);
      ctx.set('Location', withErrorUri(location, `${issuer}/errors/${number}`));
    });
  }

  async function keep(
    ctx: KoaContextWithOIDC,
    { error = 'server_error', error_description: description, error_detail: detail }: ProtocolError,
  ): Promise<string> {
    const number = readableCode(8);
    const clientId = ctx.oidc?.client?.clientId;
    const occurredAt = Date.now();
    const about = { error, ...(description ? { description } : {}), ...(clientId ? { clientId } : {}) };
    log.warn({ number, ...about, detail }, 'error sent to a client');
    await reports.insert({ id: number, ...about, occurredAt, expiresAt: occurredAt + keptSeconds * 1000 });
    return number;
  }

  return { find, attach };
}
export type ErrorReports = ReturnType<typeof createErrorReports>;

/** Into the query, or into the fragment where the error itself stands there. */
function withErrorUri(location: string, errorUri: string): string {
  const url = new URL(location);
  const inFragment = new URLSearchParams(url.hash.slice(1));
  if (!inFragment.has('error')) {
    url.searchParams.set('error_uri', errorUri);
    return url.href;
  }
  inFragment.set('error_uri', errorUri);
  url.hash = inFragment.toString();
  return url.href;
}
