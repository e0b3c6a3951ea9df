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
import { parseRegistration } from '../clients/registration.ts';
import { type DeclaredOrganization, declaredOrganizationSchema } from '../organizations/declared.ts';
import { type DeclaredBrand, declaredBrandSchema } from '../organizations/declared-brand.ts';
import { organizationId } from '../organizations/organization.ts';
import { isDomainError } from '../platform/errors.ts';
import { readText } from './files.ts';

export interface ConfigFile {
  /** As written, each one checked. */
  organizations: DeclaredOrganization[];
  clients: DeclaredClient[];
  /** `file:line: entry: what is wrong`, in the order of the file; not empty where anything is wrong. */
  problems: string[];
}

/** RFC 7591 metadata, and whose it is. */
export interface DeclaredClient {
  registration: Record<string, unknown>;
  organization?: string;
  brand: DeclaredBrand;
}

interface Problem {
  line: number;
  text: string;
}

const sections = ['organizations', 'clients'] as const;
type Section = (typeof sections)[number];
const notYet = new Set(['connections']);

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

const nothing = { organizations: [], clients: [] };

function checkDocument(document: Document, lineAt: (offset: number) => number) {
  const { contents } = document;
  const problems: Problem[] = [];
  const lineOf = (node: unknown) => (isNode(node) && node.range ? lineAt(node.range[0]) : 1);
  const place = { document, lineOf, problems };
  if (!isMap(contents)) {
    const text = 'the file must have "organizations:" or "clients:" at its top, each with a list';
    return { ...nothing, problems: [{ line: lineOf(contents), text }] };
  }
  for (const { key } of contents.items) {
    const name = nameOf(key);
    if (!sections.some((section) => section === name)) problems.push({ line: lineOf(key), text: unknownKey(name) });
  }
  if (problems.length === 0 && !sections.some((section) => contents.has(section)))
    problems.push({ line: lineOf(contents), text: 'the file has neither "organizations:" nor "clients:"' });
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

type Entry = Record<string, unknown>;

/** `faultsOf` gives `field: what is wrong`, each. */
const kinds: Record<Section, { noun: string; idField: string; faultsOf(value: Entry): string[] }> = {
  organizations: { noun: 'organization', idField: 'id', faultsOf: organizationFaults },
  clients: { noun: 'client', idField: 'client_id', faultsOf: clientFaults },
};

function organizationFaults(value: Entry): string[] {
  const { error } = declaredOrganizationSchema.safeParse(value);
  return (error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${[...issue.path, key].join('.')}: is not a known field`)
      : [`${issue.path.join('.')}: ${issue.message.replace(/^Invalid (input|option): expected /, 'must be ')}`],
  );
}

function clientFaults(value: Entry): string[] {
  const { registration, organization } = declaredClient(value);
  const look = declaredBrandSchema.safeParse(value.brand ?? {}).error?.issues ?? [];
  const whose =
    organization === undefined || organizationId.safeParse(organization).success
      ? []
      : ['organization: must be the id of an organization'];
  const faults = [...whose, ...look.map(({ path, message }) => `${['brand', ...path].join('.')}: ${message}`)];
  try {
    parseRegistration(registration);
    return faults;
  } catch (error) {
    if (!isDomainError(error, 'invalid_input')) throw error;
    return [...faults, ...error.detail.split('\n')];
  }
}

function declaredClient({ organization, brand = {}, ...registration }: Entry): DeclaredClient {
  const whose = organization === undefined ? {} : { organization: organization as string };
  return { registration, ...whose, brand: declaredBrandSchema.safeParse(brand).data ?? {} };
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
  if (notYet.has(name)) return `${name}: is not known in this version`;
  return `${JSON.stringify(name)} is not known; a file may have "organizations:" and "clients:" at its top`;
}

function nameOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
