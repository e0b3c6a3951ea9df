import { it } from '@jest/globals';
import { createPerson } from '../support/people.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp } from '../support/start-app.ts';
it('probe', async () => {
  const gatehouse = await startApp({ env: { LOG_LEVEL: 'info' } });
  const rp = await registerRelyingParty(gatehouse);
  for (let i = 0; i < 25; i++) {
  const ana = await createPerson(gatehouse);
  const browser = gatehouse.browser();
      const page = await browser.get(rp.request().url);
      const pages = await Promise.all([1,2,3,4,5].map(() => browser.submit(page, { email: ana.email, password: ana.password }, 'Sign in')));
   for (const p of pages) if (p.status >= 400) console.log(p.status, p.url.slice(0, 100), p.text.slice(0, 500), p.leftFor?.href.slice(0, 80));
  }
  await gatehouse.stop();
}, 60000);
