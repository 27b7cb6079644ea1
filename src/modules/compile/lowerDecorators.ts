import * as E from 'fp-ts/lib/Either.js';
import { diskFiles } from '../adapters/diskFiles.js';
import { placeAt, type SourceProblem } from '../places/textPlace.js';
import { createHostModules } from '../resolve/hostModules.js';
import type { RawMap } from '../stacks/stackTraces.js';

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
}

const OPTIONS = {
  target: 'ES2022',
  module: 'ESNext',
  // The decorators of ECMAScript, not TypeScript's older ones.
  experimentalDecorators: false,
  useDefineForClassFields: true,
  isolatedModules: true,
  sourceMap: true,
  jsx: 'preserve',
};
const INSTALL =
  'decorators need the package typescript, version 5 or 6: npm install --save-dev typescript@6';

/** Loads the package `typescript` for a file. */
export type LoadTypescript = (path: string) => Promise<unknown>;

/** The `typescript` that is installed beside the file, or else for the host's program. */
const hostModules = createHostModules(diskFiles);
const loadInstalled: LoadTypescript = (path) => hostModules.load('typescript', path);

/**
 * Lowers decorators, which neither oxc nor this version of Node supports. Slow, so the package is loaded when the first file needs it.
 * Left: the package is not installed, or the file is not valid.
 */
export async function lowerDecorators(
  path: string,
  source: string,
  load: LoadTypescript = loadInstalled,
): Promise<E.Either<readonly SourceProblem[], LoweredText>> {
  const transpiler = await loadTranspiler(path, load);
  if (transpiler === undefined) {
    const at = source.search(/@[\w$([]/);
    return E.left([{ reason: INSTALL, ...placeAt(source, Math.max(0, at)) }]);
  }
  const {
    outputText,
    sourceMapText,
    diagnostics = [],
  } = transpiler.transpileModule(source, {
    fileName: path,
    reportDiagnostics: true,
    compilerOptions: OPTIONS,
  });
  if (diagnostics.length > 0) {
    return E.left(
      diagnostics.map(({ start = 0, messageText }) => ({
        reason: messageOf(messageText),
        ...placeAt(source, start),
      })),
    );
  }
  const code = outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, '');
  const map: unknown = sourceMapText === undefined ? undefined : JSON.parse(sourceMapText);
  return E.right({ code, map: isRawMap(map) ? map : undefined });
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
function messageOf(text: unknown): string {
  return typeof text === 'string' ? text : String(Reflect.get(Object(text), 'messageText'));
}
