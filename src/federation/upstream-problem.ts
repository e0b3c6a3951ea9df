// What can go wrong with an upstream provider, as a closed list: each has a sentence for people and one for administrators.
import * as openid from 'openid-client';

export const upstreamProblems = [
  /** The person said no there, or went back. */
  'denied',
  'unreachable',
  'slow',
  'private-address',
  'too-large',
  'bad-metadata',
  /** It answered the request with an error of its own. */
  'upstream-error',
  /** It does not know our client id and secret. */
  'bad-client',
  /** The code was used before, is too old, or was issued for another redirect URI. */
  'bad-code',
  'bad-answer',
  'bad-signature',
  'wrong-issuer',
  'wrong-audience',
  'wrong-nonce',
  'wrong-time',
  'wrong-tenant',
  'not-fresh',
  /** The connection was changed, switched off or deleted while the person was there. */
  'changed',
] as const;
export type UpstreamProblem = (typeof upstreamProblems)[number];

export class UpstreamError extends Error {
  readonly problem: UpstreamProblem;
  /** For administrators and the log: what exactly, never a secret. */
  readonly detail: string;

  constructor(problem: UpstreamProblem, detail = '', options?: { cause?: unknown }) {
    super(`${problem}: ${detail}`, options);
    this.name = 'UpstreamError';
    this.problem = problem;
    this.detail = detail;
  }
}

/** @param during what was being done when it was thrown */
export function upstreamErrorOf(error: unknown, during: 'discovery' | 'exchange'): UpstreamError {
  const own = causesOf(error).find((one): one is UpstreamError => one instanceof UpstreamError);
  if (own) return own;
  if (error instanceof openid.AuthorizationResponseError) return refusal(error.error, error.error_description, error);
  if (error instanceof openid.ResponseBodyError) {
    const problem =
      error.error === 'invalid_client' || error.error === 'unauthorized_client' ? 'bad-client' : undefined;
    const otherwise = error.error === 'invalid_grant' ? 'bad-code' : 'upstream-error';
    return new UpstreamError(problem ?? otherwise, told(error.error, error.error_description), { cause: error });
  }
  const code = (error as { code?: unknown }).code;
  if (code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT') return new UpstreamError('slow', '', { cause: error });
  if (error instanceof openid.WWWAuthenticateChallengeError)
    return new UpstreamError('bad-client', `status ${error.status}`, { cause: error });
  const problem = during === 'discovery' ? 'bad-metadata' : tokenProblem(error);
  return new UpstreamError(problem, messageOf(error), { cause: error });
}

function refusal(error: string, description: string | undefined, cause: unknown): UpstreamError {
  const isDenied = error === 'access_denied' || error === 'interaction_required' || error === 'login_required';
  return new UpstreamError(isDenied ? 'denied' : 'upstream-error', told(error, description), { cause });
}

/** Which check of the ID token (OpenID Connect Core 3.1.3.7) it failed. */
function tokenProblem(error: unknown): UpstreamProblem {
  const causes = causesOf(error);
  const codes = causes.map((one) => (one as { code?: unknown }).code);
  const claims = causes.map((one) => (one as { cause?: { claim?: unknown } }).cause?.claim);
  const text = causes.map((one) => (one as Error).message).join(' ');
  if (claims.includes('nonce') || /"nonce"/.test(text)) return 'wrong-nonce';
  if (claims.includes('iss') || /"iss"/.test(text)) return 'wrong-issuer';
  if (claims.includes('aud') || claims.includes('azp') || /"(aud|azp)"/.test(text)) return 'wrong-audience';
  if (codes.includes('OAUTH_JWT_TIMESTAMP_CHECK_FAILED') || claims.includes('exp') || claims.includes('iat'))
    return 'wrong-time';
  if (codes.includes('OAUTH_KEY_SELECTION_FAILED') || /signature/i.test(text)) return 'bad-signature';
  return 'bad-answer';
}

function causesOf(error: unknown): object[] {
  const found: object[] = [];
  for (let one = error; typeof one === 'object' && one !== null && found.length < 5; one = (one as Error).cause)
    found.push(one);
  return found;
}

function messageOf(error: unknown): string {
  return causesOf(error)
    .map((one) => (one as Error).message)
    .filter((message) => typeof message === 'string' && message !== '')
    .join(': ')
    .slice(0, 300);
}

function told(error: string, description: string | undefined): string {
  return [error, description].filter(Boolean).join(': ').slice(0, 300);
}
