import { it } from '@jest/globals';
import { createPerson, signInTo } from '../support/people.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp } from '../support/start-app.ts';
it('probe', async () => {
  const gatehouse = await startApp({ env: { LOG_LEVEL: 'warn' } });
  const rp = await registerRelyingParty(gatehouse);
  const ana = await createPerson(gatehouse);
  const browser = gatehouse.browser();
  const { body } = await signInTo(browser, rp, ana);
  await gatehouse.services.accounts.update(ana.account.id, (old) => ({ ...old, status: 'suspended' }));
  const p = await browser.get('/profile');
  console.log(p.heading, p.url, p.status);
  const q = await browser.get(rp.request().url);
  console.log(q.status, q.url, q.leftFor?.href, q.text.slice(0, 200));
  console.log((await rp.refresh(body.refresh_token ?? '')).body);
  for (const u of ['/profile/sign-out', '/interaction/abc/cancel']) { const r = await browser.request(u); console.log(u, r.status, Object.fromEntries(r.headers), (await r.text()).slice(0, 100)); }
  await gatehouse.stop();
});
