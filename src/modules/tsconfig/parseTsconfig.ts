import * as E from 'fp-ts/lib/Either.js';
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { placeAt, type SourceProblem } from '../places/textPlace.js';

/** The options that decide how a plugin's files are read, and what their values may be. */
const OPTIONS = {
  allowJs: 'boolean',
  baseUrl: 'string',
  checkJs: 'boolean',
  emitDecoratorMetadata: 'boolean',
  experimentalDecorators: 'boolean',
  importsNotUsedAsValues: 'string',
  jsx: ['preserve', 'react', 'react-jsx', 'react-jsxdev', 'react-native'],
  jsxFactory: 'string',
  jsxFragmentFactory: 'string',
  jsxImportSource: 'string',
  moduleSuffixes: 'texts',
  outDir: 'string',
  paths: 'paths',
  preserveValueImports: 'boolean',
  reactNamespace: 'string',
  rootDirs: 'texts',
  strict: 'boolean',
  strictNullChecks: 'boolean',
  target: 'string',
  useDefineForClassFields: 'boolean',
  verbatimModuleSyntax: 'boolean',
} as const;

export type OptionName = keyof typeof OPTIONS;

/** A text of one `tsconfig.json`, without those that it extends. */
export interface TsconfigText {
  readonly extends: readonly WrittenName[];
  readonly references: readonly WrittenName[];
  /** Values as they are written. `null` takes back what an extended file says. */
  readonly options: ReadonlyMap<OptionName, unknown>;
  readonly files: readonly string[] | undefined;
  readonly include: readonly string[] | undefined;
  readonly exclude: readonly string[] | undefined;
}

/** The name of another file, and where it is written. */
export interface WrittenName {
  readonly name: string;
  readonly offset: number;
}

/** Where something is written, and what is wrong with it. */
interface Problem {
  readonly offset: number;
  readonly reason: string;
}

/**
 * Reads JSON with comments and trailing commas. Left: the first thing that is wrong. Only what decides how a plugin's files are read is
 * checked: the type checker says the rest.
 */
export function parseTsconfig(text: string): E.Either<SourceProblem, TsconfigText> {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const [error] = errors;
  const problem =
    error === undefined
      ? firstProblem(root)
      : { offset: error.offset, reason: `not valid JSON: ${wordsOf(error)}` };
  if (problem !== undefined) {
    return E.left({ reason: problem.reason, ...placeAt(text, problem.offset) });
  }
  return E.right({
    extends: namesAt(root, 'extends'),
    references: referencesAt(root),
    options: optionsAt(root),
    files: textsAt(root, 'files'),
    include: textsAt(root, 'include'),
    exclude: textsAt(root, 'exclude'),
  });
}

/** `CommaExpected` → `comma expected`. */
function wordsOf({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .toLowerCase();
}

function firstProblem(root: Node | undefined): Problem | undefined {
  if (root === undefined) return undefined;
  if (root.type !== 'object') return wrong(root, 'tsconfig.json', 'an object');
  const options = nodeAt(root, 'compilerOptions');
  if (options !== undefined && options.type !== 'object') {
    return wrong(options, 'compilerOptions', 'an object');
  }
  for (const name of ['extends', 'files', 'include', 'exclude']) {
    const node = nodeAt(root, name);
    const isText = name === 'extends' && node?.type === 'string';
    if (node === undefined || isText || isTexts(node)) continue;
    return wrong(node, name, name === 'extends' ? 'a string or a list of strings' : LIST);
  }
  for (const [name, kind] of Object.entries(OPTIONS)) {
    const node = nodeAt(options, name);
    const problem = node === undefined ? undefined : optionProblem(node, name, kind);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const LIST = 'a list of strings';

function optionProblem(
  node: Node,
  name: string,
  kind: (typeof OPTIONS)[OptionName],
): Problem | undefined {
  if (node.type === 'null') return undefined;
  if (kind === 'paths') return pathsProblem(node);
  if (kind === 'texts') return isTexts(node) ? undefined : wrong(node, name, LIST);
  if (kind === 'boolean' || kind === 'string') {
    return node.type === kind ? undefined : wrong(node, name, `a ${kind}`);
  }
  const value: unknown = getNodeValue(node);
  const isKnown = typeof value === 'string' && kind.some((one) => one === value.toLowerCase());
  return isKnown ? undefined : wrong(node, name, `one of ${kind.join(', ')}`);
}

function pathsProblem(node: Node): Problem | undefined {
  if (node.type !== 'object') return wrong(node, 'paths', 'an object');
  for (const { children: [key, targets] = [] } of node.children ?? []) {
    if (key === undefined || targets === undefined) continue;
    const pattern = String(getNodeValue(key));
    if (!isTexts(targets)) return wrong(targets, `paths["${pattern}"]`, LIST);
    const texts = [key, ...(targets.children ?? [])];
    const twice = texts.find((text) => String(getNodeValue(text)).split('*').length > 2);
    if (twice !== undefined)
      return { offset: twice.offset, reason: 'more than one * in a pattern' };
  }
  return undefined;
}

function wrong(node: Node, name: string, expected: string): Problem {
  return { offset: node.offset, reason: `${name} is not ${expected}` };
}

function isTexts(node: Node): boolean {
  return node.type === 'array' && (node.children ?? []).every(({ type }) => type === 'string');
}

/** A node's member that is not `null`. Unlike the parser's own value, a key that stands twice counts with its last value, as in JSON. */
function nodeAt(node: Node | undefined, name: string): Node | undefined {
  if (node?.type !== 'object') return undefined;
  const found = (node.children ?? []).findLast(({ children }) => children?.[0]?.value === name);
  const value = found?.children?.[1];
  return value?.type === 'null' ? undefined : value;
}

function namesAt(root: Node | undefined, name: string): readonly WrittenName[] {
  const node = nodeAt(root, name);
  const nodes = node?.type === 'array' ? (node.children ?? []) : node === undefined ? [] : [node];
  return nodes.map((one) => ({ name: String(getNodeValue(one)), offset: one.offset }));
}

function referencesAt(root: Node | undefined): readonly WrittenName[] {
  const nodes = nodeAt(root, 'references')?.children ?? [];
  return nodes.flatMap((node) => {
    const path = findNodeAtLocation(node, ['path']);
    return path?.type === 'string'
      ? [{ name: String(getNodeValue(path)), offset: path.offset }]
      : [];
  });
}

function textsAt(root: Node | undefined, name: string): readonly string[] | undefined {
  const node = nodeAt(root, name);
  return node?.children?.map((child) => String(getNodeValue(child)));
}

function optionsAt(root: Node | undefined): ReadonlyMap<OptionName, unknown> {
  const options = nodeAt(root, 'compilerOptions');
  return new Map(
    (options?.children ?? []).flatMap(({ children: [key, value] = [] }) => {
      const name = String(key?.value);
      const written: unknown = value === undefined ? null : getNodeValue(value);
      return isOptionName(name) ? [[name, written] as const] : [];
    }),
  );
}

function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}
