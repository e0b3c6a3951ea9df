// The file of `config apply`: read and checked as a whole, so that nothing is written unless every entry can be.
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
import { parseRegistration } from '../clients/registration.ts';
import { isDomainError } from '../platform/errors.ts';
import { readText } from './files.ts';

export interface ClientsFile {
  /** As written, each one checked. */
  clients: Record<string, unknown>[];
  /** `file:line: entry: what is wrong`, in the order of the file; not empty where anything is wrong. */
  problems: string[];
}

interface Problem {
  line: number;
  text: string;
}

const notYet = new Set(['organizations', 'connections']);

/** @throws CommandError when the file cannot be read */
export function readClientsFile(path: string): ClientsFile {
  const lines = new LineCounter();
  const document = parseDocument(readText(path), { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const syntax = document.errors.map((error) => ({ line: lineAt(error.pos[0]), text: firstLine(error.message) }));
  const { clients, problems } = syntax.length > 0 ? { clients: [], problems: syntax } : checkDocument(document, lineAt);
  const inOrder = problems.sort((a, b) => a.line - b.line);
  return { clients, problems: inOrder.map(({ line, text }) => `${path}:${line}: ${text}`) };
}

function checkDocument(document: Document, lineAt: (offset: number) => number) {
  const { contents } = document;
  const problems: Problem[] = [];
  const lineOf = (node: unknown) => (isNode(node) && node.range ? lineAt(node.range[0]) : 1);
  const place = { document, lineOf, problems };
  if (!isMap(contents)) {
    problems.push({ line: lineOf(contents), text: 'the file must have "clients:" at its top, with a list of clients' });
    return { clients: [], problems };
  }
  for (const { key } of contents.items) {
    const name = nameOf(key);
    if (name !== 'clients') problems.push({ line: lineOf(key), text: unknownKey(name) });
  }
  const list = contents.get('clients', true);
  if (isSeq(list)) return { clients: checkClients(list.items, place), problems };
  if (contents.has('clients') || problems.length === 0)
    problems.push({ line: lineOf(list ?? contents), text: 'clients: must be a list of clients' });
  return { clients: [], problems };
}

interface Place {
  document: Document;
  lineOf(node: unknown): number;
  problems: Problem[];
}

function checkClients(items: unknown[], { document, lineOf, problems }: Place): Record<string, unknown>[] {
  const firstLines = new Map<string, number>();
  return items.flatMap((item, n) => {
    const line = lineOf(item);
    if (!isMap(item)) {
      problems.push({ line, text: `client ${n + 1}: must be a list of fields and values` });
      return [];
    }
    const value = plain(item, document);
    if (value === undefined) {
      problems.push({ line, text: `client ${n + 1}: refers to itself, or to other places too often` });
      return [];
    }
    const entry = typeof value.client_id === 'string' ? `client ${JSON.stringify(value.client_id)}` : `client ${n + 1}`;
    for (const text of faultsOf(value, firstLines, line))
      problems.push({ line: lineOf(deepest(item, text)) || line, text: `${entry}: ${text}` });
    return [value];
  });
}

/** @returns `field: what is wrong`, each */
function faultsOf(value: Record<string, unknown>, firstLines: Map<string, number>, line: number): string[] {
  const { client_id: id } = value;
  const faults: string[] = [];
  if (typeof id === 'string') {
    const first = firstLines.get(id);
    if (first !== undefined) faults.push(`client_id: is given twice, first on line ${first}`);
    firstLines.set(id, first ?? line);
  }
  try {
    parseRegistration(value);
  } catch (error) {
    if (!isDomainError(error, 'invalid_input')) throw error;
    faults.push(...error.detail.split('\n'));
  }
  return faults;
}

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
  if (notYet.has(name)) return `${name}: is not known in this version, which applies clients only`;
  return `${JSON.stringify(name)} is not known; a file may have "clients:" at its top`;
}

function nameOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
