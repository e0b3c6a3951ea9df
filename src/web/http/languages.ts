// Which language a page is in: what the app asks for, what the person chose in My Profile, what was chosen with this browser, what the
// browser prefers.

/** Holds the choice of a browser with which nobody is signed in. Not a secret, and read as a preference alone. */
export const languageCookie = 'gatehouse-language';

/** The part of a Koa context that says who reads the page; oidc-provider's own contexts have it too. */
export interface Reader {
  state: { uiLocales?: readonly string[]; accountLanguage?: string | undefined };
  cookies: { get(name: string, options?: { signed?: boolean }): string | undefined };
  acceptsLanguages(): string[];
  oidc?: unknown;
}

/** @returns BCP 47 tags, best first */
export function preferredLanguages(reader: Reader): string[] {
  const { state, cookies } = reader;
  const asked = state.uiLocales ?? uiLocales((reader.oidc as { params?: object } | undefined)?.params ?? {});
  const chosen = [state.accountLanguage, cookies.get(languageCookie, { signed: false })];
  return [...asked, ...chosen.filter((tag) => tag !== undefined), ...reader.acceptsLanguages()];
}

/** The languages an authorization request names, best first (OpenID Connect Core 3.1.2.1). */
export function uiLocales({ ui_locales: wanted }: { ui_locales?: unknown }): string[] {
  return typeof wanted === 'string' ? wanted.split(' ').filter(Boolean).slice(0, 10) : [];
}
