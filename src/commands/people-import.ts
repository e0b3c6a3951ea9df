// Takes lines and writes accounts: a bounded number at once, so that the storage can put their writes together, and in an order that a
// kill at any moment leaves nothing half-done. One line is one record; run again, it is found and left untouched.

import { canonicalEmail } from '../accounts/account.ts';
import { isDomainError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import type { Services } from '../services.ts';
import { origin } from './command.ts';
import type { ImportLine } from './import-file.ts';
import { accountOf, checkLine, type ImportedPerson } from './import-line.ts';

const writesInFlight = 64;

export interface Tally {
  lines: number;
  imported: number;
  /** Among the imported: they cannot sign in until they are invited. */
  withoutPassword: number;
  alreadyThere: number;
  rejects: { line: number; reason: string }[];
}

export type PeopleImportDependencies = Pick<Services, 'accounts' | 'organizations' | 'totp' | 'audit'> & {
  dryRun: boolean;
};

export function createPeopleImport({ accounts, organizations, totp, audit, dryRun }: PeopleImportDependencies) {
  const tally: Tally = { lines: 0, imported: 0, withoutPassword: 0, alreadyThere: 0, rejects: [] };
  /** Of two lines with one address the first one counts, whichever write would win. */
  const underWay = new Map<string, Promise<unknown>>();
  const seenDry = new Set<string>();
  const looked = new Map<string, Promise<void>>();

  /** Several workers take from the one source; the first fault ends them all, when the others have finished their line.
   *  @throws DomainError 'storage_unavailable'; what the tally counts by then is stored */
  async function importAll(lines: AsyncGenerator<ImportLine>): Promise<Tally> {
    const faults: unknown[] = [];
    async function work(): Promise<void> {
      for (let next = await lines.next(); !next.done; next = await lines.next()) {
        if (faults.length > 0) return;
        await importLine(next.value);
      }
    }
    const workers = Array.from({ length: writesInFlight }, () => work().catch((error: unknown) => faults.push(error)));
    await Promise.all(workers);
    await lines.return(undefined);
    if (faults.length > 0) throw faults[0];
    return tally;
  }

  async function importLine({ number, value, fault }: ImportLine): Promise<void> {
    tally.lines += 1;
    const checked = fault === undefined ? checkLine(value) : { reason: fault };
    if ('reason' in checked) return reject(number, checked.reason);
    const { person } = checked;
    const address = canonicalEmail(person.email);
    const turn = (underWay.get(address) ?? Promise.resolve()).then(() => importPerson(number, person));
    const settled = turn.catch(() => undefined);
    underWay.set(address, settled);
    await turn.finally(() => underWay.get(address) === settled && underWay.delete(address));
  }

  async function importPerson(line: number, person: ImportedPerson): Promise<void> {
    const known = await accounts.findByEmail(person.email);
    if (known || seenDry.has(canonicalEmail(person.email))) {
      tally.alreadyThere += 1;
      if (known && !dryRun) await makeUpForEvent(known.id);
      return;
    }
    if (dryRun) seenDry.add(canonicalEmail(person.email));
    else if (!(await store(line, person))) return;
    tally.imported += 1;
    if (person.passwordHash === undefined) tally.withoutPassword += 1;
  }

  async function store(line: number, person: ImportedPerson): Promise<boolean> {
    const id = newId();
    try {
      if (person.organization !== undefined) await makeSureOf(person.organization);
      await accounts.create(accountOf(person, { id, seal: (secret) => totp.sealed(id, secret), now: Date.now() }));
    } catch (error) {
      if (isDomainError(error, 'duplicate')) tally.alreadyThere += 1;
      else if (isDomainError(error, 'invalid_input')) reject(line, `cannot be stored: ${error.detail}`);
      else throw error;
      return false;
    }
    await recordImport(id);
    return true;
  }

  /** An organization that is not there yet is made, under its id as its name. One look each is enough. */
  function makeSureOf(id: string): Promise<void> {
    const known = looked.get(id) ?? createUnlessThere(id);
    looked.set(id, known);
    return known;
  }

  async function createUnlessThere(id: string): Promise<void> {
    if (await organizations.get(id)) return;
    await organizations.create({ id, name: id }, origin).catch((error: unknown) => {
      if (!isDomainError(error, 'duplicate')) throw error;
    });
  }

  /** A kill between the account and its event leaves an account without any: the next run writes it. */
  async function makeUpForEvent(id: string): Promise<void> {
    if ((await audit.bySubject(id, 1)).length === 0) await recordImport(id);
  }

  function recordImport(id: string): Promise<void> {
    return audit.record({ type: 'account.imported', result: 'success', subject: id }, origin);
  }

  function reject(line: number, reason: string): void {
    tally.rejects.push({ line, reason });
  }

  return { importAll, tally };
}
