// Renders mails: a text and an HTML part from one model, in one layout, every sentence from the catalogue.
import type { Locales, Phrase } from '../platform/locales.ts';
import type { Templates } from '../platform/templates.ts';
import type { Message } from './outbox.ts';

interface Happening {
  kind: string;
  /** Milliseconds UTC. */
  at: number;
  address: string;
  device: Phrase;
}

export interface MailModels {
  /** `inviter`, `organization` and `client` are empty where nobody knows them; `expiresAt` is the temporary password's. */
  invitation: {
    inviter: string;
    organization: string;
    client: string;
    email: string;
    temporaryPassword: string;
    url: string;
    expiresAt: number;
    linkExpiresAt: number;
  };
  /** To who has set a password and stopped at the next question. */
  'invitation-reminder': { email: string; url: string };
  /** Tells a person of a change. `address` is empty where nobody knows it, `url` where nothing can be done. `about` is what a sentence of
   *  this kind names. What others did, such as an administrator, is told without where from and with what. */
  notice: Happening & { about: string; isByOthers: boolean; url: string; expiresAt: number };
  /** Tells an administrator that a person said "This was not me". */
  alert: Happening & { email: string };
  /** To a new address: whose link changes it. */
  'email-change': { url: string; expiresAt: number };
  /** To the owner of an address that somebody else wants. */
  'email-taken': Record<never, never>;
  /** For a forgotten password; says who asked. `address` is empty where nobody knows it. */
  reset: { email: string; url: string; expiresAt: number; address: string; device: Phrase };
  /** Somebody asked for a new password where there is none to be had: `kind` says why. */
  refusal: { kind: string; url: string };
  /** An operator tries whether sending works. */
  test: { issuer: string };
}

/** Whose mail it is to look like. Never a picture: a mail that loads nothing tells nobody that it was read. */
export interface MailLook {
  /** In the place of the product's name at its top. */
  name?: string;
  /** For light and dark: an accent, and what is written on it. */
  accents?: { light: readonly [string, string]; dark: readonly [string, string] };
}

const ownAccents = { light: ['#0e5f4c', '#ffffff'], dark: ['#7ed6b8', '#05231a'] } as const;

/** Where the subject is not `mail.NAME.subject`. */
const subjects: { [M in keyof MailModels]?: (model: MailModels[M]) => string } = {
  notice: ({ kind }) => `mail.notice.${kind}.subject`,
  refusal: ({ kind }) => `mail.refusal.${kind}.subject`,
};

/** @param issuer its host is named at the foot of each mail */
export function createMessages({
  templates,
  locales,
  productName,
  issuer,
}: {
  templates: Templates;
  locales: Locales;
  productName: string;
  issuer: string;
}) {
  const { host } = new URL(issuer);

  /** Greeting and foot come from the layout. The foot says why a person got the mail: `mail.NAME.why`, else `mail.why`.
   *  @param language the person's, as a BCP 47 tag; the server's own where there is none, or no catalogue for it */
  function render<M extends keyof MailModels>(
    name: M,
    to: string,
    model: MailModels[M],
    language?: string,
    look: MailLook = {},
  ): Message {
    const locale = locales.pick(language === undefined ? [] : [language]);
    const t = locales.translator(locale);
    const subject = t(subjects[name]?.(model) ?? `mail.${name}.subject`, { product: productName });
    const whyKey = `mail.${name}.why`;
    const why = t(locales.has(whyKey) ? whyKey : 'mail.why', { product: productName, host });
    const top = { sender: look.name ?? productName, accents: look.accents ?? ownAccents };
    const locals = { ...locales.formats(locale), ...model, ...top, locale, t, productName, subject, why };
    const part = (kind: 'txt' | 'html') =>
      templates.render(`mail/layouts/mail.${kind}`, {
        ...locals,
        body: templates.render(`mail/${name}.${kind}`, locals),
      });
    return { to, subject, text: part('txt'), html: part('html'), purpose: purposeOf(name, model) };
  }

  return { render };
}
export type Messages = ReturnType<typeof createMessages>;

/** `invitation`, `notice.passwordChanged`. */
function purposeOf(name: string, model: object): string {
  return 'kind' in model ? `${name}.${model.kind}` : name;
}
