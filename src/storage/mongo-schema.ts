// Models and indexes, made from the declarations. The record stands whole and plain under `doc`; beside it stands what is ours.
import { type Connection, type Model, Schema } from 'mongoose';
import { declaredLists } from './lists.ts';
import { clashingFields, isClash, unavailable } from './mongo-errors.ts';
import type { CollectionSpec, Stored } from './port.ts';

export interface Row {
  _id: string;
  /** New at each write, and never the same twice: a record deleted and made again must not pass for the old one. */
  revision: string;
  /** When MongoDB's own cleaner may take it: late, since owners sweep, and never where they must still act on it. */
  cleanAt?: Date;
  doc: Record<string, unknown>;
}

export type RowModel = Model<Row>;

export const formatVersion = 1;
const metaName = 'gatehouse_meta';
const dayMs = 24 * 60 * 60 * 1000;

interface Index {
  name: string;
  key: Record<string, 1>;
  unique?: boolean;
  partialFilterExpression?: Record<string, { $exists: true }>;
  expireAfterSeconds?: number;
}

export function makeModel<T extends Stored>(connection: Connection, spec: CollectionSpec<T>): RowModel {
  const schema = new Schema<Row>(
    {
      _id: String,
      revision: { type: String, required: true },
      cleanAt: Date,
      doc: { type: Schema.Types.Mixed, required: true },
    },
    { collection: spec.name, strict: 'throw', strictQuery: 'throw', minimize: false, versionKey: false, id: false },
  );
  return connection.model<Row>(spec.name, schema);
}

/** A day late: `expiresAt` has its effect at the moment itself, this only keeps forgotten records from piling up. */
export function cleanAt<T extends Stored>(spec: CollectionSpec<T>, record: T): { cleanAt?: Date } {
  const at = spec.expiresAt && !spec.keepExpired ? record[spec.expiresAt] : undefined;
  const late = new Date(typeof at === 'number' ? at + dayMs : Number.NaN);
  return Number.isNaN(late.getTime()) ? {} : { cleanAt: late };
}

/** Indexes are built beside running servers and only added, but for those whose effect is no longer wanted.
 *  They stand on the record's own fields, so a newly declared one needs no rewriting and older servers keep it too. */
export async function ensureCollection<T extends Stored>(model: RowModel, spec: CollectionSpec<T>): Promise<void> {
  await model.createCollection();
  const wanted = indexesOf(spec);
  const names = new Set(wanted.map((index) => index.name));
  for (const { name } of await model.collection.indexes()) {
    if (!name || names.has(name)) continue;
    if (name.startsWith('unique:') || name === 'clean') await model.collection.dropIndex(name);
  }
  if (wanted.length === 0) return;
  try {
    await model.collection.createIndexes(wanted);
  } catch (error) {
    if (!isClash(error)) throw error;
    throw unavailable(
      `two records of ${spec.name} have the same ${clashingFields(error)}, which must be unique from this version on`,
    );
  }
}

/** Forward only: a store that a newer version wrote is not for this one.
 *  @throws DomainError 'storage_unavailable' */
export async function checkFormat(connection: Connection, where: string): Promise<void> {
  const meta = connection.collection<{ _id: string; version: number }>(metaName);
  await meta.updateOne({ _id: 'format' }, { $setOnInsert: { version: formatVersion } }, { upsert: true });
  const found = (await meta.findOne({ _id: 'format' }))?.version;
  if (found !== undefined && found <= formatVersion) return;
  throw unavailable(
    `${where} was written by a newer Gatehouse (format ${found}, this one knows ${formatVersion}): start that version, or restore a backup from before the upgrade`,
  );
}

/** A write of no meaning, with the same concern as all others. */
export async function writePing(connection: Connection): Promise<void> {
  const meta = connection.collection<{ _id: string; at: Date }>(metaName);
  await meta.updateOne({ _id: 'ping' }, { $set: { at: new Date() } }, { upsert: true });
}

function indexesOf<T extends Stored>(spec: CollectionSpec<T>): Index[] {
  const unique = new Set<string>([...(spec.unique ?? []), ...(spec.uniqueEach ?? [])]);
  const plain = [...(spec.index ?? []), ...(spec.indexEach ?? [])].filter((field) => !unique.has(field));
  const indexes: Index[] = [
    ...[...unique].map((field) => ({ name: `unique:${field}`, key: only(field), unique: true, ...present(field) })),
    ...plain.map((field) => ({ name: `index:${field}`, key: { ...only(field), _id: 1 as const } })),
    ...declaredLists(spec).map(({ name, where, by }) => ({
      name,
      key: { ...Object.assign({}, ...[...where, ...(by === undefined ? [] : [by])].map(only)), _id: 1 as const },
    })),
  ];
  if (!spec.expiresAt) return indexes;
  indexes.push({
    name: `time:${spec.expiresAt}`,
    key: { ...only(spec.expiresAt), _id: 1 },
    ...present(spec.expiresAt),
  });
  if (!spec.keepExpired) indexes.push({ name: 'clean', key: { cleanAt: 1 }, expireAfterSeconds: 0 });
  return indexes;
}

function only(field: string): Record<string, 1> {
  return { [`doc.${field}`]: 1 };
}

/** Records without the field are not in the index, so they do not clash. */
function present(field: string) {
  return { partialFilterExpression: { [`doc.${field}`]: { $exists: true as const } } };
}
