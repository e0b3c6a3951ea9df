// What a registration says is wrong, beside the field of the form that it is about: in the words of the catalogue where it has them, else in
// the registration's own.
import type { FieldError } from '../http/view-models.ts';
import { type GivenApp, linesOf } from './app-form.ts';

const fieldOf: Readonly<Record<string, keyof GivenApp>> = {
  client_name: 'name',
  redirect_uris: 'redirectUris',
  post_logout_redirect_uris: 'postLogoutRedirectUris',
  backchannel_logout_uri: 'backchannelLogoutUri',
  token_endpoint_auth_method: 'authMethod',
  id_token_signed_response_alg: 'idTokenAlg',
  scope: 'scopes',
};

const sentences: readonly (readonly [RegExp, string])[] = [
  [/is not an absolute address$/, 'error.uri.absolute'],
  [/must have no fragment/, 'error.uri.fragment'],
  [/must be exact: wildcards/, 'error.uri.wildcard'],
  [/must have no user name$/, 'error.uri.userName'],
  [/must be an https: address \(http: for loopback only\)$/, 'error.uri.https'],
  [/must be an https: address, http: on loopback, or a private scheme/, 'error.uri.scheme'],
  [/a private scheme needs application_type native$/, 'error.uri.privateScheme'],
  [/loopback address must be localhost, 127\.0\.0\.1 or \[::1\]$/, 'error.uri.loopbackHost'],
  [/loopback address must start with http:$/, 'error.uri.loopbackHttps'],
  [/at least one is needed for the authorization code grant$/, 'error.uri.none'],
  [/^Too big:/, 'error.app.tooLong'],
  [/must have no control characters$/, 'error.app.controlCharacters'],
];

/** As much of an address as a sentence can hold. */
const longestShown = 120;

/** @param detail of DomainError 'invalid_input': one line a problem, `field: what is wrong` */
export function problemsOf(detail: string, given: GivenApp): FieldError[] {
  return detail.split('\n').map((problem) => {
    const [, name = '', index, words = problem] = /^([a-z_]+)(?:\.(\d+))?[\w.]*: (.*)$/.exec(problem) ?? [];
    const field = fieldOf[name];
    const known = sentences.find(([pattern]) => pattern.test(words));
    const message = known
      ? { key: known[1], values: { value: shortened(valueAt(given, field, index)) } }
      : { key: 'error.app.other', values: { problem: shortened(problem) } };
    return { ...(field ? { field } : {}), ...message };
  });
}

function valueAt(given: GivenApp, field: keyof GivenApp | undefined, index = '0'): string {
  const value = field ? given[field] : '';
  return typeof value === 'string' ? (linesOf(value)[Number(index)] ?? '') : '';
}

function shortened(text: string): string {
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
