// `gatehouse audit …`, as an operator uses it beside a running server.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { auditEventsSpec } from '../../src/audit/event.ts';
import { jsonOf, openShell, type Shell } from '../support/cli.ts';
import { engines, storageAt } from '../support/engines.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`gatehouse audit on ${engine.name}`, () => {
    let shell: Shell;

    beforeEach(async () => {
      shell = openShell(engine);
      await shell.look(async ({ organizations }) => {
        for (const id of ['acme', 'zeta', 'omega']) await organizations.create({ id, name: id }, { actor: 'cli' });
      });
    });
    afterEach(() => shell.close());

    it('lists what happened, newest first, by what is asked for', async () => {
      const { status, stdout } = await shell.run(['audit', 'list', '--organization', 'zeta']);
      expect([status, stdout.trim().split('\n').length]).toEqual([0, 1]);
      expect(stdout).toMatch(/^\d{4}-.*Z {2}organization\.created +success {2}cli {2}zeta {2}- {2}name=zeta/);
      const all = jsonOf<{ events: { subject: string }[] }>(
        await shell.run(['audit', 'list', '--json', '--limit', '2']),
      );
      expect(all.events.map(({ subject }) => subject)).toEqual(['omega', 'zeta']);
      expect(JSON.stringify(all)).not.toMatch(/"(hash|chain|previous|seq)"/);
      const none = await shell.run(['audit', 'list', '--since', '2999-01-01']);
      expect(none.stdout).toBe('Nothing of the kind is written down.\n');
    });

    it('refuses a type, a time and a number that are none', async () => {
      for (const [option, value] of [
        ['--type', 'sign-in.failled'],
        ['--since', 'yesterday'],
        ['--limit', '0'],
      ] as const)
        expect((await shell.run(['audit', 'list', option, value])).status).toBe(2);
    });

    it('says that the record is whole, and names the first entry that is not what was written', async () => {
      const whole = await shell.run(['audit', 'verify']);
      expect([whole.status, whole.stdout]).toEqual([0, 'The record is whole: 3 entries in 1 chains.\n']);
      const storage = await storageAt(shell.url);
      const events = storage.collection(auditEventsSpec);
      await storage.open();
      const [, second] = await events.list();
      if (!second) throw new Error('nothing was written');
      await events.put({ ...second, actor: 'nobody' });
      await storage.close();
      const broken = await shell.run(['audit', 'verify', '--json']);
      expect(broken.status).toBe(1);
      expect(jsonOf(broken)).toMatchObject({ entries: 3, faults: [{ id: second.id, fault: 'changed' }] });
      expect(broken.stderr).toContain(`entry ${second.id}`);
    });
  });
}
