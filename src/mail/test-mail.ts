// A message by which an operator tries whether mail leaves: at once, past the queue, so that the mail server's own answer can be shown.
import { newId } from '../platform/ids.ts';
import type { TryResult } from './delivery.ts';
import type { Messages } from './messages.ts';
import type { Transport } from './transport.ts';

export interface TestMailDependencies {
  messages: Messages;
  transport: Transport;
  issuer: string;
}

/** @returns what the mail server said, or why it said nothing; never rejects */
export function createTestMail({ messages, transport, issuer }: TestMailDependencies) {
  return function sendTestMail(to: string, language?: string): Promise<TryResult> {
    return transport.send(messages.render('test', to, { issuer }, language), { id: newId(), createdAt: Date.now() });
  };
}
export type SendTestMail = ReturnType<typeof createTestMail>;
