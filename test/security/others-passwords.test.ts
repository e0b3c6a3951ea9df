// Nobody sets, sees or mails the password of somebody else: there is no route, no field and no command for it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestBrowser } from '../support/browser.ts';
import { openShell } from '../support/cli.ts';
import { engines } from '../support/engines.ts';
import { openProfile, passwordPath } from '../support/my-profile.ts';
import { createPerson, type Person } from '../support/people.ts';
import { hiddenFields } from '../support/reset.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const wanted = 'seven quiet bicycles';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the password of somebody else (${engine.name})`, () => {
    let gatehouse: TestApp;
    let owner: Person;
    let ana: Person;
    let browser: TestBrowser;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      [owner, ana] = [await createPerson(gatehouse), await createPerson(gatehouse)];
      await gatehouse.services.accounts.update(owner.account.id, (old) => ({ ...old, roles: ['owner', 'admin'] }));
      browser = gatehouse.browser();
      await openProfile(browser, owner);
    });
    afterAll(() => gatehouse.stop());

    it('PW-15: is asked for by no page that an owner can reach: every field for a new one stands beside the own present one', async () => {
      const seen = new Set(['/profile']);
      const fields: string[][] = [];
      for (const path of seen) {
        const { document, url } = await browser.get(path);
        for (const form of document.querySelectorAll('form')) {
          const names = form.querySelectorAll('input[type=password]').map((input) => input.getAttribute('name') ?? '');
          if (names.length > 0 && url.includes('/profile')) fields.push([new URL(url).pathname, ...names]);
        }
        const links = document.querySelectorAll('a[href]').map((a) => new URL(a.getAttribute('href') ?? '', url));
        for (const { origin, pathname, search } of links)
          if (origin === gatehouse.issuer && pathname.startsWith('/profile')) seen.add(pathname + search);
      }
      expect(seen.size).toBeGreaterThan(8);
      expect(fields.filter((names) => names.some((name) => name !== names[0] && name !== 'currentPassword'))).toEqual([
        ['/profile/password', 'currentPassword', 'newPassword'],
      ]);
    });

    it('PW-15: stays as it is, whatever an owner adds to the form for the own one', async () => {
      const before = await gatehouse.services.accounts.get(ana.account.id);
      const { id } = ana.account;
      const others = { account: id, accountId: id, id, sub: id, subject: id, email: ana.email, username: ana.email };
      const fields = hiddenFields(await browser.get(passwordPath));
      await browser.post(`${passwordPath}?${new URLSearchParams(others)}`, {
        ...others,
        _csrf: fields._csrf ?? '',
        currentPassword: owner.password,
        newPassword: wanted,
      });
      expect(await gatehouse.services.accounts.get(id)).toEqual(before);
      const now = await gatehouse.services.accounts.get(owner.account.id);
      expect(await gatehouse.services.passwords.verify(now, wanted, Date.now())).toBe('accepted');
    });

    it('PW-13: is stored as an argon2id hash with a salt of its own and nothing else: no pepper, as ADR 0017 says', async () => {
      const { accounts, passwords } = gatehouse.services;
      const { default: argon2 } = await import('argon2');
      const account = await accounts.get(ana.account.id);
      expect(account?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=\d+,p=1,t=\d+\$[\w+/]{22}\$[\w+/]{43}$/);
      expect(await argon2.verify(account?.passwordHash ?? '', ana.password)).toBe(true);
      expect(JSON.stringify(account)).not.toContain(ana.password);
      expect(await passwords.verify(account, ana.password, Date.now())).toBe('accepted');
    });
  });
}

describe('the commands of operators', () => {
  const shell = openShell();
  afterAll(() => shell.close());

  it('PW-15: take no password, neither as a word nor as an option', async () => {
    const commands = [[]] as string[][];
    const lines: string[] = [];
    for (const command of commands) {
      const { stdout } = await shell.run([...command, '--help']);
      const [, listed = ''] = stdout.split('\nCommands:\n');
      const names = listed.split('\n\n')[0]?.matchAll(/^ {2}([a-z-]+)/gm) ?? [];
      for (const [, name = ''] of names) if (name !== 'help') commands.push([...command, name]);
      lines.push(...(stdout.match(/^(Usage:.*| {2}\S.*?)(?: {2,}|$)/gm) ?? []));
    }
    expect(commands.map((command) => command.join(' '))).toEqual(
      expect.arrayContaining(['users import', 'users invite', 'users resend', 'admin recover', 'config apply']),
    );
    expect(lines.length).toBeGreaterThan(commands.length);
    // That of an app, which is made by the server and nobody's way in.
    const ofPeople = lines.map((line) => line.replace('rotate-secret', 'rotate'));
    expect(ofPeople.filter((line) => /pass|secret/i.test(line))).toEqual([]);
  }, 120_000);
});
