// The files of `gatehouse users import`: JSON lines and CSV as they really come, and what happens to bad ones.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Ended, jsonOf, openShell, type Shell } from '../support/cli.ts';
import { sqlite } from '../support/engines.ts';

interface Summary {
  imported: number;
  rejects: { line: number; reason: string }[];
}

const weakHash = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';

let shell: Shell;
beforeEach(() => {
  shell = openShell(sqlite);
});
afterEach(() => shell.close());

const importing = (name: string, contents: string | Buffer): Promise<Ended> =>
  shell.run(['users', 'import', shell.file(name, contents), '--json']);

describe('users import', () => {
  it('imports the good lines, lists the bad ones by number, and ends with status 1', async () => {
    const contents = Buffer.concat([
      Buffer.from('\ufeff{"email":"ana@example.com"}\r\n\r\n{"email":"ben@example.com"\r\n'),
      Buffer.from(`{"email":"${'x'.repeat(1024 * 1024)}@example.com"}\n`),
      Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
      Buffer.from('{"email":"cleo@example.com"}'),
    ]);
    const ended = await importing('people.ndjson', contents);
    expect(ended.status).toBe(1);
    expect(jsonOf<Summary>(ended)).toMatchObject({
      lines: 5,
      imported: 2,
      rejects: [
        { line: 3, reason: expect.stringMatching(/^the line is not JSON/) },
        { line: 4, reason: 'the line has more than 65536 bytes' },
        { line: 5, reason: 'the line is not UTF-8 text' },
      ],
    });
    expect(ended.stderr).toContain('people.ndjson:4: the line has more than 65536 bytes\n');
  });

  it('reads CSV with quotes, commas and lists', async () => {
    const csv = `\ufeffemail,givenName,familyName,roles,emailVerified,passwordHash\r
ana@example.com,Ana,"Silva, ""the elder""",editor; reader,TRUE,"${weakHash}"\r
ben@example.com,,,,,\r
cleo@example.com,"Cleo\r
dan@example.com,Dan\r
"fay@example.com",Fay,Faust,,no,\r
`;
    const summary = jsonOf<Summary>(await importing('people.csv', csv));
    expect(summary.rejects).toEqual([
      { line: 4, reason: 'a quote is in the wrong place or not closed' },
      { line: 5, reason: 'the line has 2 cells, the header has 6 (a value with a comma needs quotes)' },
      { line: 6, reason: 'emailVerified: must be true or false' },
    ]);
    const { accounts } = await shell.stored();
    const ana = accounts.find(({ email }) => email === 'ana@example.com');
    expect(accounts).toHaveLength(2);
    expect(ana).toMatchObject({
      familyName: 'Silva, "the elder"',
      roles: ['editor', 'reader'],
      emailVerified: true,
      passwordHash: weakHash,
    });
  });

  it.each([
    ['people.csv', '', 'people.csv: there is no header row.'],
    ['people.csv', 'email,colour\n', 'people.csv: the header row is wrong: "colour" is not known; fields are email,'],
    ['people.csv', 'email;givenName\n', 'separated by commas.'],
    ['people.csv', 'givenName\n', 'people.csv: the header row is wrong: "email" is missing.'],
    ['people.csv', 'email,email\n', 'people.csv: the header row is wrong: a field is named twice.'],
    ['people.json', '[]', 'people.json: the name must end in .jsonl or .ndjson'],
  ])('refuses %s with %j as a whole, with status 2', async (name, contents, message) => {
    const ended = await importing(name, contents);
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain(message);
    expect(jsonOf(ended).error).toContain(message);
  });

  it('ends with status 75 and says how to go on when the storage goes away', async () => {
    await shell.close();
    shell = openShell();
    const { status, stderr } = await importing('people.jsonl', '{"email":"ana@example.com"}');
    expect(status).toBe(75);
    expect(stderr).toMatch(/^The storage is unavailable: /);
  });
});
