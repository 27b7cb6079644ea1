import * as E from 'fp-ts/lib/Either.js';
import { diskFiles } from '../adapters/diskFiles.js';
import { placeAt, type SourceProblem } from '../places/textPlace.js';
import { createHostModules } from '../resolve/hostModules.js';
import { type RawMap, stackTraces } from '../stacks/stackTraces.js';
import type { CompileSettings } from '../tsconfig/TsconfigSettings.js';
import { keepLines } from './keepLines.js';
import { atParameter } from './legacyDecorators.js';

/** The part of the package `typescript` that is used. Version 7 does not have it. */
interface Transpiler {
  transpileModule(
    source: string,
    options: {
      readonly fileName: string;
      readonly reportDiagnostics: boolean;
      readonly compilerOptions: Readonly<Record<string, unknown>>;
    },
  ): {
    readonly outputText: string;
    readonly sourceMapText?: string;
    readonly diagnostics?: readonly { readonly start?: number; readonly messageText: unknown }[];
  };
}

/** JavaScript that this version of Node can run, and its map back to the source. */
export interface LoweredText {
  readonly code: string;
  readonly map: RawMap | undefined;
  /** What is left to be done with it: JSX, and nothing is to be left out any more. */
  readonly settings: CompileSettings;
  /** A problem of the code as one of the source. */
  readonly toSource: (problem: SourceProblem) => SourceProblem;
}

function compilerOptions(settings: CompileSettings | undefined) {
  const { legacyDecorators, assignsFields, keepsImports } = settings ?? {};
  return {
    target: 'ES2022',
    module: 'ESNext',
    experimentalDecorators: legacyDecorators !== undefined,
    emitDecoratorMetadata: legacyDecorators?.emitsMetadata === true,
    strictNullChecks: legacyDecorators?.strictNullChecks === true,
    useDefineForClassFields: assignsFields !== true,
    verbatimModuleSyntax: keepsImports === true,
    isolatedModules: true,
    sourceMap: true,
    jsx: 'preserve',
  };
}

const INSTALL = 'need the package typescript, version 5 or 6: npm install --save-dev typescript@6';
/** Loads the package `typescript` for a file. */
export type LoadTypescript = (path: string) => Promise<unknown>;

/** The `typescript` that is installed beside the file, or else for the host's program. */
const hostModules = createHostModules(diskFiles);
const loadInstalled: LoadTypescript = (path) => hostModules.load('typescript', path);

/**
 * Lowers what neither oxc nor this version of Node supports: decorators of ECMAScript, `accessor`, and namespaces that export variables.
 * Slow, so the package is loaded when the first file needs it. Left: the package is not installed, or the file is not valid.
 */
export async function lowerSyntax(
  path: string,
  source: string,
  settings: CompileSettings | undefined,
  load: LoadTypescript = loadInstalled,
): Promise<E.Either<readonly SourceProblem[], LoweredText>> {
  const transpiler = await loadTranspiler(path, load);
  if (transpiler === undefined) {
    const [what, form] = FORMS.find(([, one]) => one.test(source)) ?? ['this syntax', /^/];
    return E.left([{ reason: `${what} ${INSTALL}`, ...placeAt(source, source.search(form)) }]);
  }
  const {
    outputText,
    sourceMapText,
    diagnostics = [],
  } = transpiler.transpileModule(source, {
    fileName: path,
    reportDiagnostics: true,
    compilerOptions: compilerOptions(settings),
  });
  if (diagnostics.length > 0) {
    return E.left(
      diagnostics.map(({ start = 0, messageText }) => ({
        reason: reasonOf(messageText, settings),
        ...placeAt(source, start),
      })),
    );
  }
  const code = outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, '');
  const map: unknown = sourceMapText === undefined ? undefined : JSON.parse(sourceMapText);
  const printedMap = isRawMap(map) ? map : undefined;
  // The text between elements means its line breaks.
  const laid = keepLines(code, path.endsWith('x') ? undefined : printedMap, { source });
  const rawMap = laid.map() ?? printedMap;
  return E.right({
    code: laid.code,
    map: rawMap,
    settings: { keepsImports: true, ...(settings?.jsx && { jsx: settings.jsx }) },
    toSource: ({ reason, line, column }) => ({
      reason: reasonOf(reason, settings),
      ...(stackTraces.locate(line, column, () => [rawMap ?? []].flat()) ?? { line, column }),
    }),
  });
}

async function loadTranspiler(path: string, load: LoadTypescript): Promise<Transpiler | undefined> {
  try {
    const namespace = await load(path);
    if (isTranspiler(namespace)) return namespace;
    const exported: unknown = Reflect.get(Object(namespace), 'default');
    return isTranspiler(exported) ? exported : undefined;
  } catch {
    return undefined;
  }
}

function isTranspiler(value: unknown): value is Transpiler {
  return typeof Reflect.get(Object(value), 'transpileModule') === 'function';
}

function isRawMap(value: unknown): value is RawMap {
  return typeof Reflect.get(Object(value), 'mappings') === 'string';
}

/** TypeScript's message is a text, or a chain of texts, of which the first says most. */
function reasonOf(text: unknown, settings: CompileSettings | undefined): string {
  const message =
    typeof text === 'string' ? text : String(Reflect.get(Object(text), 'messageText'));
  return atParameter(message, settings) ?? message;
}

/** Syntax that is lowered here, and how to find it in a source. */
const FORMS: readonly (readonly [string, RegExp])[] = [
  ['decorators', /@[\w$([]/],
  ['accessor fields', /\baccessor\s+[\w$#['"]/],
  ['namespaces that export variables', /\bexport\s+(?:let|var)\b/],
];
