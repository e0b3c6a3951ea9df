// What authenticator apps are handed, how a secret lies in the store, and which factors there are at all.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { amrOf } from '../../src/oidc/claims.ts';
import { createSecrets } from '../../src/platform/secrets.ts';
import { proofMethods } from '../../src/sign-in/attempt.ts';
import { engines } from '../support/engines.ts';
import { activatePath, shownSecret, signedInBrowser } from '../support/my-profile.ts';
import { codeAt, createPerson, signInTo } from '../support/people.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const newKey = 'another-master-key-for-tests-that-is-long-enough';
const oldKey = 'a-master-key-for-tests-that-is-long-enough';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the secret of an authenticator app (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine, env: { PRODUCT_NAME: 'Acme & Söhne: ID' } });
    });
    afterAll(() => gatehouse.stop());

    it('MF-01: is 160 random bits in an otpauth address whose issuer and label are percent-encoded', async () => {
      const { account } = await createPerson(gatehouse);
      const named = { ...account, email: 'ana+test:1@example.com' };
      const { secret, uri } = await gatehouse.services.enrollments.begin(named, 'a test', Date.now());
      expect(secret).toMatch(/^[A-Z2-7]{32}$/);
      const [head = '', query = ''] = uri.split('?');
      expect(head).toBe('otpauth://totp/Acme%20%26%20S%C3%B6hne%3A%20ID:ana%2Btest%3A1%40example.com');
      expect(query).toMatch(/(^|&)issuer=Acme(%20|\+)%26(%20|\+)S%C3%B6hne%3A(%20|\+)ID(&|$)/);
      expect(new URLSearchParams(query).get('secret')).toBe(secret);
      const { algorithm = 'SHA1', digits = '6', period = '30' } = Object.fromEntries(new URLSearchParams(query));
      expect([algorithm.toUpperCase(), digits, period]).toEqual(['SHA1', '6', '30']);
    });

    it('MF-01: is shown in groups of four, in an element that can be copied', async () => {
      const browser = await signedInBrowser(gatehouse, await createPerson(gatehouse));
      const page = await browser.get(`${activatePath}?key=shown`);
      expect(page.document.querySelector('#secret-key')?.textContent).toMatch(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/);
      expect(page.document.querySelector('[data-copy=secret-key]')).not.toBeNull();
      expect((await shownSecret(browser, await browser.get(activatePath))).length).toBe(32);
    });

    it('MF-12: lies sealed for its account and field, and opens nowhere else', async () => {
      const { account, totpSecret = '' } = await createPerson(gatehouse, { withTotp: true });
      const other = (await createPerson(gatehouse, { withTotp: true })).account;
      const { accounts, secrets, totp } = gatehouse.services;
      const sealed = account.totp?.secret ?? '';
      expect(JSON.stringify(await accounts.get(account.id))).not.toContain(totpSecret);
      expect(secrets.open(sealed, { collection: 'accounts', field: 'totp', id: account.id })).toBe(totpSecret);
      const moved = { ...other, totp: { ...(other.totp as NonNullable<typeof other.totp>), secret: sealed } };
      await expect(totp.verify(moved, codeAt(totpSecret), Date.now())).rejects.toMatchObject({
        code: 'sealed_value_unreadable',
      });
      expect(() => secrets.open(sealed, { collection: 'accounts', field: 'pendingTotp', id: account.id })).toThrow();
    });
  });

  (engine.available ? describe : describe.skip)(`a change of the master key (${engine.name})`, () => {
    it('MF-12: seals a secret again at its next use, after which it needs the old key no more', async () => {
      const storageUrl = engine.freshUrl();
      const before = await startApp({ engine, storageUrl, keepStorage: true });
      const ana = await createPerson(before, { withTotp: true });
      await before.stop();

      const between = await startApp({
        engine,
        storageUrl,
        env: { SECRET_KEY: `${newKey},${oldKey}` },
      });
      const { services } = between;
      expect(services.secrets.isSealedByCurrentKey(ana.account.totp?.secret ?? '')).toBe(false);
      await signInTo(between.browser(), await registerRelyingParty(between), ana);
      const resealed = (await services.accounts.get(ana.account.id))?.totp?.secret ?? '';
      expect(services.secrets.isSealedByCurrentKey(resealed)).toBe(true);
      const context = { collection: 'accounts', field: 'totp', id: ana.account.id };
      const onlyNew = createSecrets([createHash('sha256').update(newKey).digest()]);
      expect(onlyNew.open(resealed, context)).toBe(ana.totpSecret);
      await between.stop();
    }, 60_000);
  });
}

describe('the factors there are', () => {
  it('MF-13: are told in amr as they were proved, two of them as mfa', () => {
    expect(amrOf(['pwd'])).toEqual(['pwd']);
    expect(amrOf(['pwd', 'otp'])).toEqual(['pwd', 'otp', 'mfa']);
    expect(amrOf(['pwd', 'recovery'])).toEqual(['pwd', 'rc', 'mfa']);
    expect(amrOf(['temporary'])).toEqual(['pwd']);
  });

  it('MF-14: have none by text message or e-mail among them: no proof, no address of a page, no sentence', () => {
    const passkeys = ['hwk', 'hwk-unverified', 'swk', 'swk-unverified'];
    const upstream = ['sso', 'sso-mfa'];
    expect(new Set(proofMethods)).toEqual(new Set(['otp', 'pwd', 'recovery', 'temporary', ...passkeys, ...upstream]));
    const catalogue = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../views/locales/en.json'), 'utf8'),
    ) as Record<string, unknown>;
    const sentences = Object.entries(catalogue).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
    expect(
      sentences.filter((sentence) => /\bsms\b|text message|phone number.*code|code.*by e-?mail/i.test(sentence)),
    ).toEqual([]);
    const amr = Object.keys(catalogue).filter((key) => key.startsWith('amr.'));
    expect(amr.filter((key) => /sms|tel|email/.test(key))).toEqual([]);
  });

  it('MF-14: have no page that sends a code, among all the addresses that the web layer names', () => {
    const web = join(import.meta.dirname, '../../src/web');
    const sources = readdirSync(web, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const text = sources.map((file) => readFileSync(join(web, file), 'utf8')).join('\n');
    const paths = [...text.matchAll(/['`]([^'`\n]*\/[^'`\n]*)['`]|path = '([^']+)'/g)].map(
      ([, one, two]) => one ?? two,
    );
    expect(paths).toEqual(expect.arrayContaining(['enrol-mfa', 'recovery-code', '/interaction/:uid']));
    expect(paths.filter((path) => /sms|text-message|send-code|email-code|mail-code|phone/i.test(path ?? ''))).toEqual(
      [],
    );
  });
});
