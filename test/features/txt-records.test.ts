// TXT records from a real DNS server, over UDP.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTxtResolver } from '../../src/platform/dns.ts';
import { startDnsServer } from '../support/dns-server.ts';

const long = 'x'.repeat(255);

describe('the TXT records of a name', () => {
  let dns: Awaited<ReturnType<typeof startDnsServer>>;

  beforeAll(async () => {
    dns = await startDnsServer({
      'one.example': [['value']],
      'several.example': [['v=spf1 -all'], ['value']],
      'split.example': [[long, 'rest']],
      'empty.example': [],
      'broken.example': 'SERVFAIL',
      'refused.example': 'REFUSED',
      'silent.example': 'silence',
    });
  });
  afterAll(() => dns.close());

  const ask = (name: string) => createTxtResolver({ servers: [dns.server], timeoutMs: 600 })(name);

  it.each([
    ['one.example', ['value']],
    ['several.example', ['v=spf1 -all', 'value']],
    ['split.example', [`${long}rest`]],
  ])('%s', async (name, records) => expect(await ask(name)).toEqual({ records }));

  it.each([
    ['absent.example', 'no-name'],
    ['empty.example', 'no-record'],
    ['broken.example', 'server-failure'],
    ['refused.example', 'server-failure'],
    ['silent.example', 'no-answer'],
  ])('%s: %s', async (name, failure) => expect(await ask(name)).toEqual({ failure }));

  it('are given up where no server listens', async () => {
    const gone = await startDnsServer({});
    await gone.close();
    expect(await createTxtResolver({ servers: [gone.server], timeoutMs: 600 })('one.example')).toEqual({
      failure: 'no-answer',
    });
  });
});
