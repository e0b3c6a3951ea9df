// Renders mails: a text and an HTML part from one model, every sentence from the catalogue.
import type { Locales } from '../platform/locales.ts';
import type { Templates } from '../platform/templates.ts';
import type { Message } from './outbox.ts';

export interface MailModels {
  invitation: { email: string; temporaryPassword: string; url: string; expiresAt: number };
  /** `address` and `userAgent` are empty where nobody knows them. */
  notice: { kind: string; at: number; address: string; userAgent: string };
}

/** Where the subject is not `mail.NAME.subject`. */
const subjects: { [M in keyof MailModels]?: (model: MailModels[M]) => string } = {
  notice: ({ kind }) => `mail.notice.${kind}.subject`,
};

export function createMessages({
  templates,
  locales,
  productName,
}: {
  templates: Templates;
  locales: Locales;
  productName: string;
}) {
  /** @param language the person's, as a BCP 47 tag; English where there is no catalogue for it */
  function render<M extends keyof MailModels>(name: M, to: string, model: MailModels[M], language = 'en'): Message {
    const locale = locales.pick([language]);
    const t = locales.translator(locale);
    const subject = subjects[name]?.(model) ?? `mail.${name}.subject`;
    const locals = { ...locales.formats(locale), ...model, locale, t, productName };
    return {
      to,
      subject: t(subject, { product: productName }),
      text: templates.render(`mail/${name}.txt`, locals),
      html: templates.render(`mail/${name}.html`, locals),
    };
  }

  return { render };
}
export type Messages = ReturnType<typeof createMessages>;
