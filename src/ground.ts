// What every service stands on: the master key's secrets, the storage, templates and sentences. Nobody else imports a storage adapter.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from './config.ts';
import { createLocales } from './platform/locales.ts';
import type { Log } from './platform/log.ts';
import { developmentKey } from './platform/master-key.ts';
import { createSecrets } from './platform/secrets.ts';
import { createTemplates } from './platform/templates.ts';
import type { Collection, Storage, Stored } from './storage/port.ts';
import type { CopyProgress } from './storage/sqlite-backup.ts';

export const viewsFolder = join(dirname(fileURLToPath(import.meta.url)), '..', 'views');

/** @param storageAt another way to come by the storage than its adapter alone
 *  @returns the storage not opened yet: its collections are declared first */
export async function createGround(config: Config, log: Log, storageAt = openStorage) {
  const { storage, expiring } = remembering(await storageAt(config.storageUrl, log));
  return {
    config,
    log,
    secrets: createSecrets(masterKeys(config)),
    storage,
    expiring,
    templates: createTemplates(viewsFolder),
    locales: createLocales(join(viewsFolder, 'locales'), {
      lenient: config.isProduction,
      preferred: config.language,
    }),
  };
}

/** STORAGE_URL decides which adapter is loaded; the other one is not even imported. */
export async function openStorage(url: string, log: Log): Promise<Storage> {
  if (url.startsWith('sqlite:')) {
    const { createSqliteStorage } = await import('./storage/sqlite.ts');
    return createSqliteStorage({ path: url.slice('sqlite:'.length), log });
  }
  const { createMongoStorage } = await import('./storage/mongo.ts');
  return createMongoStorage({ url, log });
}

/** The copies of an embedded store; undefined for a database server, which has tools of its own. */
export async function copiesOf(url: string) {
  const path = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : undefined;
  if (path === undefined || path === ':memory:') return undefined;
  const { backUpSqlite, restoreSqlite } = await import('./storage/sqlite-backup.ts');
  return {
    path,
    backUp: (copy: string, onProgress: CopyProgress) => backUpSqlite(path, copy, onProgress),
    restore: (copy: string, onProgress: CopyProgress) => restoreSqlite(copy, path, onProgress),
  };
}

/** Notes which collections hold records that expire, for the sweeper. */
function remembering(storage: Storage): { storage: Storage; expiring: Pick<Collection<Stored>, 'due' | 'delete'>[] } {
  const expiring: Pick<Collection<Stored>, 'due' | 'delete'>[] = [];
  const collection: Storage['collection'] = (spec) => {
    const made = storage.collection(spec);
    if (spec.expiresAt && !spec.keepExpired) expiring.push(made);
    return made;
  };
  return { storage: { ...storage, collection }, expiring };
}

function masterKeys({ secretKeys, storageUrl }: Config): Buffer[] {
  const file =
    storageUrl.startsWith('sqlite:') && !storageUrl.includes(':memory:')
      ? `${storageUrl.slice('sqlite:'.length)}.key`
      : 'data/gatehouse.key';
  const keys = secretKeys.length > 0 ? secretKeys : [developmentKey(file)];
  return keys.map((key) => createHash('sha256').update(key).digest());
}
