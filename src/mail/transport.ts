// Where a message goes: to the mail server; in development without one nowhere but the mailbox; nowhere at all where mail is off.
import { createTransport as createNodemailer } from 'nodemailer';
import type { Sender, SmtpServer } from '../platform/mail-settings.ts';
import type { TryResult } from './delivery.ts';
import type { Message } from './outbox.ts';

export interface Envelope {
  /** Makes the Message-ID: the same at each try, so that a message that arrives twice is seen to be one (RFC 5322, 3.6.4). */
  id: string;
  /** Milliseconds UTC. */
  createdAt: number;
}

export interface Transport {
  /** Never rejects. @param signal gives up at once */
  send(message: Message, envelope: Envelope, signal?: AbortSignal): Promise<TryResult>;
}

/** @param smtp `off` sends nothing; undefined, in development, leaves mail to the mailbox   @param from needed with a server */
export function createTransport(options: {
  smtp: SmtpServer | 'off' | undefined;
  from: Sender | undefined;
  productName: string;
  issuer: string;
  limits?: Partial<typeof defaultLimits>;
}): Transport {
  const { smtp: server, from, productName, issuer, limits } = options;
  if (server === 'off') return mailIsOff;
  if (server === undefined || from === undefined) return mailboxOnly;
  return createSmtp({
    server,
    from: { ...from, name: from.name || productName },
    issuer,
    ...(limits ? { limits } : {}),
  });
}

export interface SmtpOptions {
  server: SmtpServer;
  from: Sender;
  /** Names the Message-IDs, and us to the mail server. */
  issuer: string;
  limits?: Partial<typeof defaultLimits>;
}

/** `try` is the whole of it, so that a server which says a word now and then cannot keep a message for longer than its lease. */
const defaultLimits = { connectMs: 10_000, silenceMs: 60_000, tryMs: 120_000 };

/** One connection a message: messages are few, and each has an answer of its own that nothing else can blur. */
export function createSmtp({ server, from, issuer, limits }: SmtpOptions): Transport {
  const { connectMs, silenceMs, tryMs } = { ...defaultLimits, ...limits };
  const domain = domainOf(issuer);
  const mailer = createNodemailer({
    host: server.host,
    port: server.port,
    name: domain,
    secure: server.tls === 'implicit',
    requireTLS: server.tls === 'starttls',
    ignoreTLS: server.tls === 'none',
    tls: { minVersion: 'TLSv1.2' },
    // Without it a server that does not offer AUTH would get the mail unasked who we are.
    ...(server.user === undefined ? {} : { auth: { user: server.user, pass: server.password ?? '' }, forceAuth: true }),
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    dnsTimeout: connectMs,
    socketTimeout: silenceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  async function send(message: Message, { id, createdAt }: Envelope, signal?: AbortSignal): Promise<TryResult> {
    const signals = [AbortSignal.timeout(tryMs), ...(signal ? [signal] : [])];
    try {
      const { response } = await mailer.sendMail({
        // Addresses as objects: a text would be read as a list.
        from: { ...from },
        to: { name: '', address: message.to },
        envelope: { from: from.address, to: [message.to] },
        subject: message.subject,
        text: message.text,
        html: message.html,
        messageId: `<${id}@${domain}>`,
        date: new Date(createdAt),
        // No answer by machines, please (RFC 3834, 5); Exchange listens to the second one alone.
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        signal: AbortSignal.any(signals),
      });
      return { state: 'sent', answer: tellable(response, message) };
    } catch (error) {
      return failure(error as SmtpError, message, tryMs);
    }
  }

  return { send };
}

/** Development without SMTP_URL. */
const mailboxOnly: Transport = {
  send: async () => ({ state: 'sent', answer: 'caught by the mailbox of development' }),
};

/** SMTP_URL=off: refused, so that whoever waits for the message learns that it will not come. */
const mailIsOff: Transport = {
  send: async () => ({ state: 'refused', answer: 'mail is off (SMTP_URL)' }),
};

interface SmtpError extends Error {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
}

function failure(error: SmtpError, message: Message, tryMs: number): TryResult {
  const isCutOff = error.code === 'EABORT';
  const why = isCutOff ? `no end after ${tryMs / 1000} seconds, or the server was stopped` : error.message;
  return { state: isForGood(error) ? 'refused' : 'failed', answer: tellable(error.response || why, message) };
}

/** A 5xx about this message. At the greeting, at STARTTLS and at AUTH it is about us (a wrong password, a server that is closed), which an
 *  operator mends while the messages wait; so are 503 (out of sequence) and 530 and 538 (authentication or encryption wanted first). */
function isForGood({ responseCode = 0, command = '' }: SmtpError): boolean {
  const isAboutMessage = ['MAIL FROM', 'RCPT TO', 'DATA'].includes(command);
  return isAboutMessage && responseCode >= 500 && responseCode <= 599 && ![503, 530, 538].includes(responseCode);
}

const longestAnswer = 300;

/** An answer on one line, and without what it may quote of the message: filters like to name the link that they did not like. */
function tellable(answer: string, { to, text, html }: Message): string {
  const words = answer.replace(/[\p{C}\s]+/gu, ' ').split(/([ <>"'()[\]{},;]+)/);
  const isQuoted = (word: string) =>
    word.length >= 10 && !to.includes(word) && (text.includes(word) || html.includes(word));
  return words
    .map((word) => (isQuoted(word) ? '…' : word))
    .join('')
    .trim()
    .slice(0, longestAnswer);
}

/** An address as a host wears brackets (RFC 5321, 4.1.3). */
function domainOf(issuer: string): string {
  const { hostname } = new URL(issuer);
  if (hostname.startsWith('[')) return `[IPv6:${hostname.slice(1, -1)}]`;
  return /^\d+\.\d+\.\d+\.\d+$/.test(hostname) ? `[${hostname}]` : hostname;
}
