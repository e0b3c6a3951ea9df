// Development only: the mails that would have gone out, as a page and as JSON.
import Router from '@koa/router';
import type { Outbox } from '../../mail/outbox.ts';
import type { Views } from '../http/views.ts';

export function createMailboxRouter({
  outbox,
  views,
  sampleUrl,
}: {
  outbox: Outbox;
  views: Views;
  sampleUrl: string;
}): Router {
  const router = new Router();
  const caught = async () =>
    (await outbox.list()).map((message) => ({ ...message, sentAt: message.createdAt, links: linksOf(message.text) }));

  router.get('/dev/mailbox', async (ctx) => {
    views.render(ctx, 'dev/mailbox', { messages: await caught(), sampleUrl });
  });

  router.get('/dev/mailbox.json', async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    ctx.body = (await caught()).map(({ to, subject, text, html, links, sentAt }) => ({
      to,
      subject,
      text,
      html,
      links,
      sentAt,
    }));
  });

  return router;
}

function linksOf(text: string): string[] {
  return [...new Set(text.match(/https?:\/\/\S+/g) ?? [])];
}
