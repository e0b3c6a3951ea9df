// A form whose last byte is held back: the server has decided whose turn it is, and still waits for what is posted.
import { request } from 'node:http';
import type { TestBrowser } from './browser.ts';

export interface HeldPost {
  /** Sends the rest. @returns the answer's status and where it leads */
  finish(): Promise<{ status: number; location: string | undefined }>;
}

/** Resolves once the server has begun with the request: it has read the head, and answered a whole page since. */
export async function holdPost(browser: TestBrowser, url: string, fields: Record<string, string>): Promise<HeldPost> {
  const body = new URLSearchParams(fields).toString();
  const headers = {
    Cookie: await browser.jar.getCookieString(url),
    Origin: new URL(url).origin,
    'Content-Type': 'application/x-www-form-urlencoded',
    'Content-Length': Buffer.byteLength(body),
    Expect: '100-continue',
  };
  const held = request(url, { method: 'POST', headers });
  const answer = new Promise<{ status: number; location: string | undefined }>((resolve, reject) => {
    held.on('error', reject);
    held.on('response', (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, location: response.headers.location });
    });
  });
  await new Promise<void>((resolve) => {
    held.once('continue', resolve);
    held.flushHeaders();
  });
  for (let page = 0; page < 3; page += 1) await (await browser.request(new URL(url).pathname)).arrayBuffer();
  return {
    finish() {
      held.end(body);
      return answer;
    },
  };
}
