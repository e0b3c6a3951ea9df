// Mail on its way out, as the rest of the house sees it: handed in here, its outcome told here. deliveries.ts keeps it in between,
// sender.ts sends it.
import { DomainError } from '../platform/errors.ts';
import { isPlainAddress } from '../platform/mail-settings.ts';
import type { Deliveries } from './deliveries.ts';

export interface Message {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Which mail it is, for whoever looks at the queue: `invitation`, `notice.passwordChanged`. */
  purpose?: string;
}

/** What a message is about, for whoever wants to hear what became of it. */
export interface Reference {
  /** For instance `invitation`. */
  kind: string;
  accountId: string;
  /** Which of several mails of that kind, by the name that whoever put it gave it. */
  mailId?: string | undefined;
}

export interface PutOptions {
  /** Given back with the outcome. A message without one has no outcome that is told. */
  reference?: Reference;
  /** Milliseconds UTC from which on the message means nothing, such as the end of its link: it is not sent later. Five days when left out. */
  expiresAt?: number;
  /** Where the same message may be put twice: its name, and when what it tells of happened (milliseconds UTC). It is stored once. */
  once?: { id: string; at: number };
}

/** How sending a message ended. `sent`: the mail server took it. `refused`: it said that it never will. `expired`: nobody took it in time. */
export interface Outcome {
  messageId: string;
  state: 'sent' | 'refused' | 'expired';
  /** Milliseconds UTC. */
  at: number;
  reference: Reference;
  /** What the mail server said last, for instance `550 5.1.1 No such user here`; never anything of the message. */
  answer?: string;
}

/** Told at least once, in any process, and again later when it throws: it must be able to hear the same twice. A refused message that an
 *  operator has sent again has a second outcome. */
export type OutcomeListener = (outcome: Outcome) => Promise<void>;

/** @returns whether a message that waits still means something; asked right before each try */
export type Wanted = (reference: Reference) => Promise<boolean>;

export function createOutbox({ deliveries }: { deliveries: Deliveries }) {
  const listeners: OutcomeListener[] = [];
  const wanted = new Map<string, Wanted>();

  /** Resolves once the message is stored; it is sent later, by whichever process comes to it first. Nobody waits for a mail server.
   *  @throws DomainError 'invalid_input' where `to` is not one address */
  async function put(message: Message, options: PutOptions = {}): Promise<void> {
    if (!isPlainAddress(message.to)) throw new DomainError('invalid_input', 'mail: the recipient is not one address');
    await deliveries.add({ ...message, subject: oneLine(message.subject) }, options);
  }

  /** What the messages say, newest first: for the mailbox of development. */
  function list() {
    return deliveries.read();
  }

  /** Every listener hears of every message that was put with a reference. Called while the services are built. */
  function onOutcome(listener: OutcomeListener): void {
    listeners.push(listener);
  }

  /** For references of this kind: what another message or event has made void is not sent. Called while the services are built. */
  function onlyWhile(kind: string, isStillWanted: Wanted): void {
    wanted.set(kind, isStillWanted);
  }

  async function isWanted(reference: Reference | undefined): Promise<boolean> {
    const ask = reference && wanted.get(reference.kind);
    return !ask || ask(reference);
  }

  /** @throws what a listener throws; the others have heard it then */
  async function tell(outcome: Outcome): Promise<void> {
    const heard = await Promise.allSettled(listeners.map(async (listener) => listener(outcome)));
    for (const one of heard) if (one.status === 'rejected') throw one.reason;
  }

  return { put, list, onOutcome, onlyWhile, isWanted, tell };
}
export type Outbox = ReturnType<typeof createOutbox>;

/** A subject may hold a name that somebody chose: no line of it becomes a header. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
