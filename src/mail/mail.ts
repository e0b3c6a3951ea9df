// The mail of the house, put together: the queue, what is written, and how it leaves.
import type { Locales } from '../platform/locales.ts';
import type { Log } from '../platform/log.ts';
import type { Sender, SmtpServer } from '../platform/mail-settings.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { Templates } from '../platform/templates.ts';
import type { Storage } from '../storage/port.ts';
import { createDeliveries } from './deliveries.ts';
import { createMessages } from './messages.ts';
import { createOutbox } from './outbox.ts';
import { createSender } from './sender.ts';
import { createTestMail } from './test-mail.ts';
import { createTransport } from './transport.ts';

/** Somebody waits for the answer to a test. */
const testTryMs = 20_000;

export interface MailDependencies {
  storage: Storage;
  secrets: Secrets;
  templates: Templates;
  locales: Locales;
  log: Log;
  config: {
    smtpUrl: SmtpServer | 'off' | undefined;
    mailFrom: Sender | undefined;
    productName: string;
    issuer: string;
    isProduction: boolean;
  };
}

/** In development the bodies of mail are kept, for the mailbox that shows them. */
export function createMail({ storage, secrets, templates, locales, log, config }: MailDependencies) {
  const { productName, issuer, smtpUrl: smtp, mailFrom: from } = config;
  const deliveries = createDeliveries({ storage, secrets, keepsBodies: !config.isProduction });
  const outbox = createOutbox({ deliveries });
  const mailTransport = createTransport({ smtp, from, productName, issuer });
  const mailSender = createSender({ deliveries, outbox, transport: mailTransport, log });
  const messages = createMessages({ templates, locales, productName, issuer });
  const shortTry = createTransport({ smtp, from, productName, issuer, limits: { tryMs: testTryMs } });
  const sendTestMail = createTestMail({ messages, transport: shortTry, issuer });
  return { deliveries, outbox, mailTransport, mailSender, messages, sendTestMail };
}
