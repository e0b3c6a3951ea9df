// What an administrator of a large customer asks for, each time a little different.
import { emailOf, password } from './fixtures.ts';
import { filledForm, pathOf } from './flows.ts';
import type { Answer, Send } from './http.ts';
import { firmName, firmOf, idOf, largestFirm, rareType } from './million-data.ts';

export interface Act {
  title: string;
  run(): Promise<void>;
}

/** A browser in which the owner has the console open. */
export async function openConsole(send: Send): Promise<void> {
  let answer = await send({ path: '/admin' });
  for (let hop = 0; hop < 20; hop += 1) {
    const { location } = answer.headers;
    if (location === undefined && !answer.body.includes('name="password"')) return;
    answer = await send(location ? { path: pathOf(location) } : filledForm(answer, 0));
  }
  throw new Error(`${emailOf(0)} with "${password}" does not get into the console`);
}

export function actsOf(send: Send, people: number): Act[] {
  const any = (n: number) => Math.floor(Math.random() * n);
  const firm = () => firmName(any(200));
  let next: string | undefined;

  /** @param expected what the page must hold, so that no error or empty list passes for a fast one */
  async function page(path: string, query: Record<string, string>, expected: string): Promise<Answer> {
    const answer = await send({ path: `${path}?${new URLSearchParams(query)}` });
    if (answer.status !== 200 || !answer.body.includes(expected))
      throw new Error(`${path} ${JSON.stringify(query)} answered ${answer.status} without ${expected}`);
    return answer;
  }
  const list = (title: string, query: () => Record<string, string>): Act => ({
    title,
    run: async () => void (await page('/admin/people', query(), 'href="/admin/people/')),
  });
  const log = (title: string, query: () => Record<string, string>, expected: string): Act => ({
    title,
    run: async () => void (await page('/admin/log', query(), expected)),
  });

  return [
    { title: 'a form, for comparison', run: async () => void (await page('/admin/new-organization', {}, '<form')) },
    { title: 'overview', run: async () => void (await page('/admin', {}, '2,000+')) },
    {
      title: 'overview of a firm',
      run: async () => void (await page('/admin', { organization: firm() }, 'class="numbers"')),
    },
    { title: 'firms', run: async () => void (await page('/admin/organizations', {}, 'firm-0')) },
    list('people', () => ({})),
    {
      title: 'people, page after page',
      async run() {
        const { body } = await send({ path: next ?? '/admin/people' });
        next = /href="([^"]*\bafter=[^"]*)"/.exec(body)?.[1]?.replaceAll('&amp;', '&');
        if (!next) throw new Error('a page of people is the last');
      },
    },
    list('people by status', () => ({ status: ['active', 'invited', 'suspended'][any(3)] ?? '' })),
    list('people of a firm', () => ({ organization: firm() })),
    list('people of the largest, by status', () => ({
      organization: largestFirm,
      status: ['invited', 'suspended'][any(2)] ?? '',
    })),
    list('search: one letter', () => ({ search: 'abcdefghijklmnop'[any(16)] ?? '' })),
    list('search: name', () => ({ search: ['ada l', 'bjorn b', 'marelace', 'torwell ha', 'lov'][any(5)] ?? '' })),
    list('search: address', () => ({ search: ['ada.lov', 'maya.s', 'noor.val', 'jose.ros', 'esra.k'][any(5)] ?? '' })),
    list('search: name in a firm', () => ({
      search: ['a', 'lena', 'tor', 'pau'][any(4)] ?? '',
      organization: largestFirm,
    })),
    log('log', () => ({}), '<time'),
    log('log of a firm', () => ({ organization: firm() }), '<time'),
    log('log by type', () => ({ type: ['sign-in.failed', rareType][any(2)] ?? '' }), '<time'),
    log(
      'log by type in a firm',
      () => ({ organization: largestFirm, type: ['session.ended', rareType][any(2)] ?? '' }),
      '<time',
    ),
    log('log of a person', () => ({ about: idOf(any(people)) }), '<time'),
    {
      title: 'a person',
      async run() {
        const person = any(people);
        await page(`/admin/people/${idOf(person)}`, {}, firmOf(person).replace('f', 'F').replace('-', ' '));
      },
    },
  ];
}
