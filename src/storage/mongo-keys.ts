// A record's names as MongoDB may keep them. `$` and `.` mean something to the server, `_bsontype` to the driver; such names are
// written with percent signs and read back, so that a record comes back as it went in and nothing in it is ever interpreted.

type Fields = Record<string, unknown>;

const meaningful = /^\$|[.%]|^_bsontype$/;

export function toKept(value: unknown): unknown {
  return renamed(value, (key) => (meaningful.test(key) ? key.replace(/[$.%]|^_/g, percent) : key));
}

export function fromKept(value: unknown): unknown {
  return renamed(value, (key) => (key.includes('%') ? key.replace(/%([0-9a-f]{2})/g, unpercent) : key));
}

function renamed(value: unknown, rename: (key: string) => string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  const made: Fields = {};
  for (const [key, item] of Object.entries(value)) made[rename(key)] = renamed(item, rename);
  return made;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}

function unpercent(_: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}
