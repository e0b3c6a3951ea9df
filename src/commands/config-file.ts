// The file of `config plan` and `config apply`: read and checked as a whole, so that nothing is written unless every entry can be.
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { type DeclaredConnection, declaredConnectionSchema } from '../federation/declared.ts';
import { type DeclaredOrganization, declaredOrganizationSchema } from '../organizations/declared.ts';
import {
  clientFaults,
  connectionFaults,
  type DeclaredClient,
  declaredClient,
  type Entry,
  organizationFaults,
} from './config-entries.ts';
import { readText } from './files.ts';

export interface ConfigFile {
  /** As written, each one checked. */
  organizations: DeclaredOrganization[];
  clients: DeclaredClient[];
  connections: DeclaredConnection[];
  /** `file:line: entry: what is wrong`, in the order of the file; not empty where anything is wrong. */
  problems: string[];
}

interface Problem {
  line: number;
  text: string;
}

const sections = ['organizations', 'clients', 'connections'] as const;
type Section = (typeof sections)[number];
/** The sections as a sentence names them. */
const named = '"organizations:", "clients:" or "connections:"';

/** @throws CommandError when the file cannot be read */
export function readConfigFile(path: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(readText(path), { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const syntax = document.errors.map((error) => ({ line: lineAt(error.pos[0]), text: firstLine(error.message) }));
  const { problems, ...entries } =
    syntax.length > 0 ? { ...nothing, problems: syntax } : checkDocument(document, lineAt);
  const inOrder = problems.sort((a, b) => a.line - b.line);
  return { ...entries, problems: inOrder.map(({ line, text }) => `${path}:${line}: ${text}`) };
}

const nothing = { organizations: [], clients: [], connections: [] };

function checkDocument(document: Document, lineAt: (offset: number) => number) {
  const { contents } = document;
  const problems: Problem[] = [];
  const lineOf = (node: unknown) => (isNode(node) && node.range ? lineAt(node.range[0]) : 1);
  const place = { document, lineOf, problems };
  if (!isMap(contents)) {
    const text = `the file must have ${named} at its top, each with a list`;
    return { ...nothing, problems: [{ line: lineOf(contents), text }] };
  }
  for (const { key } of contents.items) {
    const name = nameOf(key);
    if (!sections.some((section) => section === name)) problems.push({ line: lineOf(key), text: unknownKey(name) });
  }
  if (problems.length === 0 && !sections.some((section) => contents.has(section)))
    problems.push({ line: lineOf(contents), text: `the file has none of ${named}` });
  const entriesOf = (section: Section) => {
    const list = contents.get(section, true);
    if (isSeq(list)) return checkEntries(section, list.items, place);
    if (contents.has(section))
      problems.push({ line: lineOf(list ?? contents), text: `${section}: must be a list of ${section}` });
    return [];
  };
  return {
    organizations: entriesOf('organizations').flatMap(
      (value) => declaredOrganizationSchema.safeParse(value).data ?? [],
    ),
    clients: entriesOf('clients').map(declaredClient),
    connections: entriesOf('connections').flatMap((value) => declaredConnectionSchema.safeParse(value).data ?? []),
    problems,
  };
}

interface Place {
  document: Document;
  lineOf(node: unknown): number;
  problems: Problem[];
}

function checkEntries(section: Section, items: unknown[], { document, lineOf, problems }: Place): Entry[] {
  const { noun, idField, faultsOf } = kinds[section];
  const firstLines = new Map<string, number>();
  return items.flatMap((item, n) => {
    const line = lineOf(item);
    if (!isMap(item)) {
      problems.push({ line, text: `${noun} ${n + 1}: must be a list of fields and values` });
      return [];
    }
    const value = plain(item, document);
    if (value === undefined) {
      problems.push({ line, text: `${noun} ${n + 1}: refers to itself, or to other places too often` });
      return [];
    }
    const id = value[idField];
    const entry = typeof id === 'string' ? `${noun} ${JSON.stringify(id)}` : `${noun} ${n + 1}`;
    const twice = typeof id === 'string' ? firstLines.get(id) : undefined;
    if (typeof id === 'string') firstLines.set(id, twice ?? line);
    const faults = twice === undefined ? [] : [`${idField}: is given twice, first on line ${twice}`];
    for (const text of [...faults, ...faultsOf(value)])
      problems.push({ line: lineOf(deepest(item, text)) || line, text: `${entry}: ${text}` });
    return [value];
  });
}

/** `faultsOf` gives `field: what is wrong`, each. */
const kinds: Record<Section, { noun: string; idField: string; faultsOf(value: Entry): string[] }> = {
  organizations: { noun: 'organization', idField: 'id', faultsOf: organizationFaults },
  clients: { noun: 'client', idField: 'client_id', faultsOf: clientFaults },
  connections: { noun: 'connection', idField: 'id', faultsOf: connectionFaults },
};

/** The node that `redirect_uris.1: …` is about, or the one nearest to it. */
function deepest(item: YAMLMap, problem: string): Node {
  let node: Node = item;
  for (const step of problem.slice(0, problem.indexOf(': ')).split('.')) {
    const next: unknown = isMap(node)
      ? (node.get(step, true) ?? undefined)
      : isSeq(node)
        ? node.get(Number(step), true)
        : undefined;
    if (!isNode(next)) return node;
    node = next;
  }
  return node;
}

/** Undefined for aliases that never end or multiply without end. */
function plain(item: YAMLMap, document: Document): Record<string, unknown> | undefined {
  try {
    return item.toJS(document) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

function unknownKey(name: string): string {
  return `${JSON.stringify(name)} is not known; a file may have ${named} at its top`;
}

function nameOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
