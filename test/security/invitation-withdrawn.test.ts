// An invitation that an administrator withdraws stays withdrawn, whatever its holder has under way.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engines } from '../support/engines.ts';
import { latestMail } from '../support/invited.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const administrator = { actor: 'test' };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`a withdrawn invitation (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
    });
    afterAll(() => gatehouse.stop());

    // How far the request has come when the withdrawal arrives: it looks, counts, and makes a temporary password, which takes longest.
    it.each([0, 1, 2, 4, 8, 16])(
      'is not taken back by a request for another mail that is %i reads ahead',
      async (reads) => {
        const { accounts, invitations, invitationRequests, outbox } = gatehouse.services;
        const email = `imported-${reads}@example.com`;
        // Imported: the account did not come with the invitation, and so is not deleted with it.
        const { id } = await accounts.create({ email, emailVerified: false, status: 'invited' });
        await invitations.resend(id, administrator);
        const { link } = await latestMail({ outbox }, email);
        const token = new URLSearchParams(link.split('?')[1]).get('token') ?? '';
        const asked = invitationRequests.askByLink(token, { address: `192.0.2.${reads}` });
        for (let n = 0; n < reads; n += 1) await accounts.get(id);
        expect(await invitations.cancel(id, administrator)).toBe('suspended');
        await asked;
        const account = await accounts.get(id);
        expect([account?.status, account?.temporaryPassword]).toEqual(['suspended', undefined]);
      },
    );
  });
}
