// Puts the client and the people into our store, through the same services as the server and the command line.

import { loadConfig } from '../../src/config.ts';
import { createLog } from '../../src/platform/log.ts';
import { createServices } from '../../src/services.ts';
import { environmentOf, type OursArguments } from './arguments.ts';
import { childArguments } from './children.ts';
import { emailOf, password, peopleCount, registration } from './fixtures.ts';

const given = childArguments<OursArguments>();
const services = await createServices(loadConfig({ env: environmentOf(given) }), createLog('warn'));
const { accounts, clients, passwords, storage } = services;
await clients.apply({ ...registration(given.algorithm), first_party: true }, { actor: 'cli' });
const passwordHash = await passwords.hash(password);
for (let person = 0; person < peopleCount; person += 1) {
  const names = { givenName: 'Ada', familyName: `Heron ${person}` };
  await accounts.create({ email: emailOf(person), emailVerified: true, status: 'active', passwordHash, ...names });
}
await storage.close();
process.disconnect();
