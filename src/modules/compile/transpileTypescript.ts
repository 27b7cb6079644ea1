import * as E from 'fp-ts/lib/Either.js';
import type { OxcError, TransformOptions } from 'oxc-transform';
import * as oxc from 'oxc-transform';
import { type ListedError, listErrorsApart } from '../adapters/compilerProcess.js';
import type { CompiledText } from '../evaluate/CompiledModule.js';
import type { SourceProblem, TextPlace } from '../places/textPlace.js';
import { placeAt } from '../places/textPlace.js';
import { type RawMap, stackTraces } from '../stacks/stackTraces.js';
import type { CompileSettings } from '../tsconfig/TsconfigSettings.js';
import { assignsExports, exportAssignmentProblem, isCommonjsOnly } from './commonjsOnly.js';
import { keepLines, type LaidCode, MAX_LAID_LENGTH } from './keepLines.js';
import { atParameter, importsOnlyIn, lateTypes, losesMembers } from './legacyDecorators.js';
import { linkableText } from './linkableText.js';
import { parseModule } from './parseModule.js';
import { NEWER, transformOptions } from './transformOptions.js';

const COMMONJS: TransformOptions = { sourceType: 'commonjs' };
/** What oxc says of syntax that CommonJS does not have; it takes imports and exports in both. */
const MODULE_ONLY = /import\.meta|`await`/;
/** Less than a build may take, so that the failure names the file. A source of 4 MB without errors takes a second. */
const CHECK_LIMIT_MS = 8_000;
const ENDLESS = `has so many errors that the compiler did not list them within ${CHECK_LIMIT_MS / 1_000} s: correct the first ones, or leave the file out`;
const LOSES_MEMBERS = 'some decorators of fields would get lost';
const BEYOND = ['Namespaces exporting non-const are not supported', LOSES_MEMBERS];

/**
 * Turns TypeScript or JavaScript into runnable form, in two steps: the first strips types and lowers newer syntax, the second
 * rewrites imports and exports as calls.
 */
export const transpiler = {
  transpile(
    path: string,
    source: string,
    settings?: CompileSettings,
  ): E.Either<readonly SourceProblem[], CompiledText> {
    const inPlace = isPlain(path, source, settings) ? linkableText(source, 'written') : undefined;
    if (inPlace !== undefined && E.isRight(inPlace)) return E.right(inPlace.right.text);
    const plain = plainJavascript(path, source, settings);
    if (plain.errors.length > 0) return E.left(problems(source, plain.errors));
    const assigned = exportAssignmentProblem(path, source);
    if (assigned !== undefined) return E.left([assigned]);
    if (settings?.legacyDecorators !== undefined && settings.assignsFields === true) {
      const { legacyDecorators } = settings;
      const defined = oxc.transformSync(
        path,
        source,
        transformOptions(source, { legacyDecorators }),
      );
      if (losesMembers(plain.printed, defined.code)) {
        return E.left([{ reason: LOSES_MEMBERS, ...placeAt(source, 0) }]);
      }
    }
    const linkable = linkableText(plain.laid().code, 'lowered');
    return E.isLeft(linkable)
      ? E.left(problemsOfSource(path, source, settings, linkable.left))
      : E.right(linkable.right.text);
  },

  /**
   * The first step alone, for CommonJS, with the imports and exports that are there. `types`: takes only types away, so that the syntax
   * that is left tells what kind of module it is.
   */
  strip(
    path: string,
    source: string,
    settings?: CompileSettings,
    what: 'syntax' | 'types' = 'syntax',
  ): E.Either<readonly SourceProblem[], StrippedText> {
    const kept = what === 'types' ? ({ ...settings, keepsImports: true } as const) : settings;
    const { errors, printed, laid } = plainJavascript(path, source, kept, COMMONJS);
    if (errors.length > 0) return E.left(problems(source, errors));
    return E.right({
      printed,
      get laid() {
        return laid();
      },
    });
  },

  /** Whether a JavaScript text is valid as a module, and has the syntax of one. */
  isModule(code: string): boolean {
    const parsed = parseModule(code, false);
    return E.isRight(parsed) && parsed.right.record.hasModuleSyntax;
  },

  isCommonjsOnly,
  assignsExports,

  /** The second step alone. */
  linkable: (code: string) => linkableText(code, 'lowered'),

  /** The source maps of the steps of a CommonJS module, from the running code back to the source. */
  commonjsMaps(
    path: string,
    source: string,
    settings: CompileSettings | undefined,
    isConverted: boolean,
  ): readonly RawMap[] {
    const laid = plainJavascript(path, source, settings, COMMONJS, true).laid();
    const linkable = isConverted ? linkableText(laid.code, 'lowered') : undefined;
    const own = linkable !== undefined && E.isRight(linkable) ? [linkable.right.map()] : [];
    return [...own, laid.map() ?? []].flat();
  },

  /** The errors of the first step, found apart from this thread; see `transpile`. */
  async findProblems(
    path: string,
    source: string,
    settings: CompileSettings | undefined,
    kind: 'module' | 'commonjs' | undefined,
  ): Promise<readonly SourceProblem[]> {
    const options = transformOptions(source, settings);
    const asCommonjs = { ...options, ...COMMONJS };
    const errors = await listErrors(path, source, kind === 'module' ? options : asCommonjs);
    if (errors === undefined) return [{ reason: ENDLESS, line: 1, column: 1 }];
    // Without a kind, the syntax decides: what only a module may have is no error yet.
    const isClear = kind !== undefined || !errors.some(({ message }) => MODULE_ONLY.test(message));
    if (isClear) return placed(source, errors);
    const asModule = await listErrors(path, source, options);
    return asModule === undefined
      ? [{ reason: ENDLESS, line: 1, column: 1 }]
      : placed(source, asModule);
  },

  /** Whether a problem that it tells is one of its own, and no fault of the source. */
  isBeyond: (reason: string): boolean => BEYOND.some((own) => reason.startsWith(own)),

  /** The source maps of both steps, from the running code back to the source. Made on demand: few modules ever need theirs. */
  sourceMaps(path: string, source: string, settings?: CompileSettings): readonly RawMap[] {
    const inPlace = isPlain(path, source, settings) ? linkableText(source, 'written') : undefined;
    if (inPlace !== undefined && E.isRight(inPlace)) return [inPlace.right.map()];
    const laid = plainJavascript(path, source, settings, {}, true).laid();
    const linkable = linkableText(laid.code, 'lowered');
    const own = E.isRight(linkable) ? [linkable.right.map()] : [];
    return [...own, laid.map() ?? []].flat();
  },
};

export type Transpiler = typeof transpiler;

/** What is left of a file when its types are gone. */
export interface StrippedText {
  /** As the transpiler prints it: each statement on lines of its own. */
  readonly printed: string;
  /** The same on the lines of the source. */
  readonly laid: LaidCode;
}

/** JavaScript as oxc printed it. */
interface PlainText {
  readonly errors: readonly OxcError[];
  readonly printed: string;
  /** The same on the lines of the source. Made on demand. */
  readonly laid: () => LaidCode;
}

/** The first step. */
function plainJavascript(
  path: string,
  source: string,
  settings: CompileSettings | undefined,
  form: TransformOptions = {},
  needsMap = false,
): PlainText {
  const options: TransformOptions = { ...transformOptions(source, settings), ...form };
  // Without lines to keep, the map is made when a stack needs it.
  const sourcemap = needsMap || source.length <= MAX_LAID_LENGTH;
  const plain = oxc.transformSync(path, source, { ...options, sourcemap });
  const { errors, code } = plain;
  const { decorateMetadata } = plain.helpersUsed;
  if (decorateMetadata === undefined || errors.length > 0) {
    return { errors, printed: code, laid: () => keepLines(code, plain.map, { source }) };
  }
  // Without the metadata, imports that only types use are left out: this tells which these are.
  const decorator = { legacy: true, emitDecoratorMetadata: false };
  const withoutTypes = oxc.transformSync(path, source, { ...options, decorator });
  const printed = lateTypes(code, importsOnlyIn(code, withoutTypes.code), decorateMetadata);
  return { errors, printed, laid: () => keepLines(printed, plain.map, { source, printed: code }) };
}

/**
 * Whether a file may run as it is written, so that its lines, columns and the text of its functions stay: JavaScript without what Node 20
 * lacks. What is no valid JavaScript, such as elements, is lowered.
 */
function isPlain(path: string, source: string, settings: CompileSettings | undefined): boolean {
  return settings === undefined && /\.m?js$/.test(path) && !NEWER.test(source);
}

/** Problems of what the first step made, at the places where they are written. */
function problemsOfSource(
  path: string,
  source: string,
  settings: CompileSettings | undefined,
  found: readonly SourceProblem[],
): readonly SourceProblem[] {
  const map = plainJavascript(path, source, settings, {}, true).laid().map();
  return found.map(({ reason, line, column }) => ({
    reason: atParameter(reason, settings) ?? reason,
    ...(stackTraces.locate(line, column, () => (map === undefined ? [] : [map])) ?? {
      line,
      column,
    }),
  }));
}

/** The errors of a source, for each of which oxc draws a picture. Undefined: there are too many to wait for. */
async function listErrors(
  path: string,
  source: string,
  options: TransformOptions,
): Promise<readonly ListedError[] | undefined> {
  const list = await listErrorsApart({ path, source, options }, CHECK_LIMIT_MS);
  if (list.kind === 'listed') return list.errors;
  if (list.kind === 'endless') return undefined;
  // Without another process, a thread of oxc's finds them, however long that takes.
  return (await oxc.transform(path, source, options)).errors.map(listedError);
}

function listedError({ message, helpMessage, labels }: OxcError): ListedError {
  return { message, help: helpMessage, start: labels[0]?.start ?? 0 };
}

function problems(source: string, errors: readonly OxcError[]): readonly SourceProblem[] {
  return placed(source, errors.map(listedError));
}

/** oxc's offsets count bytes of UTF-8. The text is read once: a source of 20,000 errors needed 10 s to place each by itself. */
function placed(source: string, errors: readonly ListedError[]): readonly SourceProblem[] {
  const bytes = Buffer.from(source);
  const starts = errors.map(({ start }) => start);
  const places = new Map<number, TextPlace>();
  let from = 0;
  let line = 1;
  let column = 1;
  for (const start of [...new Set(starts)].sort((a, b) => a - b)) {
    const lines = bytes.toString('utf8', from, start).split('\n');
    const last = lines.at(-1)?.length ?? 0;
    column = lines.length === 1 ? column + last : last + 1;
    line += lines.length - 1;
    from = start;
    places.set(start, { line, column });
  }
  return errors.map(({ message, help, start }) => {
    const place = places.get(start) ?? { line: 1, column: 1 };
    return { reason: help === null ? message : `${message} (${help})`, ...place };
  });
}
