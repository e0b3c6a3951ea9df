// Renders a view in its layout: one typed model in, one complete HTML answer out, with the headers of a page.
import type { Locales, Translate } from '../../platform/locales.ts';
import type { Templates } from '../../platform/templates.ts';
import { accountSections } from './account-nav.ts';
import type { Assets } from './assets.ts';
import { contentSecurityPolicy } from './headers.ts';
import { preferredLanguages, type Reader } from './languages.ts';
import { type Page, pages } from './pages.ts';
import type { ClientModel, FieldError, Message, ViewModels, ViewName } from './view-models.ts';

export interface ViewsDependencies {
  templates: Templates;
  locales: Locales;
  assets: Assets;
  productName: string;
  /** Shown at the foot of every page when there are any. */
  privacyUrl?: string | undefined;
  supportUrl?: string | undefined;
}

export interface RenderOptions {
  /** 200 unless told. */
  status?: number;
  /** Overrides what the table of pages says. */
  formAction?: 'self' | 'any';
}

/** The part of a Koa context that a page needs; oidc-provider's own contexts have it too. */
export interface PageContext extends Reader {
  method: string;
  url: string;
  status: number;
  body: unknown;
  set(field: string, value: string): void;
}

interface AnyModel {
  errors?: readonly FieldError[];
  notice?: Message;
  recoveryCodesWarning?: Message;
  client?: ClientModel;
  application?: { client: ClientModel };
  applications?: readonly { client: ClientModel }[];
}

export function createViews({ templates, locales, assets, productName, privacyUrl, supportUrl }: ViewsDependencies) {
  const everywhere = {
    productName,
    privacyUrl,
    supportUrl,
    asset: assets.url,
    has: locales.has,
    linked,
    sections: accountSections,
    navKey: 'nav.label',
  };

  /** Answers with the view in its layout. Its sentences are in the person's language where there is a catalogue for it. */
  function render<V extends ViewName>(
    ctx: PageContext,
    name: V,
    model: ViewModels[V],
    options: RenderOptions = {},
  ): void {
    const page: Page<V> = pages[name];
    const locale = locales.pick(preferredLanguages(ctx));
    const t = locales.translator(locale);
    const shown = prepare(model, t);
    const locals = {
      ...everywhere,
      ...locales.formats(locale),
      locale,
      t,
      view: name,
      heading: t(page.title(model)),
      languageName: locales.nameOf(locale),
      languageUrl: languageUrl(page, name, ctx),
      ...shown,
    };
    const body = templates.render(name, locals);

    ctx.status = options.status ?? 200;
    ctx.set('Content-Type', 'text/html; charset=utf-8');
    ctx.set('Content-Language', locale);
    ctx.set('Cache-Control', 'no-store');
    const formAction = options.formAction ?? page.formAction;
    ctx.set('Content-Security-Policy', contentSecurityPolicy({ formAction, imageOrigins: logoOrigins(shown) }));
    ctx.body = templates.render(`layouts/${page.layout}`, { ...locals, body });
  }

  return { render };
}

export type Views = ReturnType<typeof createViews>;

/** Where the language of this page can be chosen; none where another page of ours or the person's own profile is the place. */
function languageUrl(page: { layout: string }, view: ViewName, { url }: PageContext): string | undefined {
  if (view === 'interaction/language' || page.layout === 'developer' || page.layout === 'sample') return undefined;
  return page.layout === 'account' || page.layout === 'admin'
    ? '/profile/language'
    : `/language?${new URLSearchParams({ from: url })}`;
}

/** The model as a view prints it: sentences in words, errors by field, and no address of a client that is not for the web. */
function prepare(model: object, t: Translate) {
  const { client, application, applications, notice, recoveryCodesWarning, errors: faults = [] }: AnyModel = model;
  const errors = faults.map(({ field, ...message }) => ({ field, text: t(message) }));
  const errorFor: Record<string, string> = Object.create(null);
  for (const { field, text } of errors) if (field) errorFor[field] ??= text;
  return {
    ...model,
    errors,
    errorFor,
    notice: notice && t(notice),
    recoveryCodesWarning: recoveryCodesWarning && t(recoveryCodesWarning),
    client: client && webOnly(client),
    ...(application ? { application: withWebClient(application) } : {}),
    ...(applications ? { applications: applications.map(withWebClient) } : {}),
  };
}

function webOnly(client: ClientModel): ClientModel {
  const kept = Object.entries(client).filter(
    ([field, value]) => !field.endsWith('Uri') || isWeb(value, field === 'logoUri'),
  );
  return { name: client.name, ...Object.fromEntries(kept) };
}

function withWebClient<A extends { client: ClientModel }>(application: A): A {
  return { ...application, client: webOnly(application.client) };
}

function isWeb(uri: string, secureOnly: boolean): boolean {
  const protocol = URL.parse(uri)?.protocol;
  return protocol === 'https:' || (protocol === 'http:' && !secureOnly);
}

interface WithClients {
  client: ClientModel | undefined;
  application?: { client: ClientModel };
  applications?: readonly { client: ClientModel }[];
}

function logoOrigins({ client, application, applications = [] }: WithClients): string[] {
  const clients = [client, application?.client, ...applications.map((each) => each.client)];
  const logos = clients.flatMap((each) => (each?.logoUri ? [new URL(each.logoUri).origin] : []));
  return [...new Set(logos)];
}

/** A text cut at the links it holds, so that a view can print them as links; a longer link goes before its own beginning. */
function linked(text: string, links: readonly string[]): { text: string; href?: string }[] {
  const [href, ...others] = [...links].sort((a, b) => b.length - a.length);
  if (!href) return [{ text }];
  const parts = text.split(href).map((part) => linked(part, others));
  return parts.flatMap((part, index) => (index > 0 ? [{ text: href, href }, ...part] : part));
}
