import * as E from 'fp-ts/lib/Either.js';
import type { OxcError, TransformOptions } from 'oxc-transform';
import * as oxc from 'oxc-transform';
import type { CompiledText } from '../evaluate/CompiledModule.js';
import { placeAt, type SourceProblem } from '../places/textPlace.js';
import type { RawMap } from '../stacks/stackTraces.js';
import { linkableText } from './linkableText.js';

/** Syntax that is newer than Node 20: `using`, and modifiers in regular expressions. */
const NEWER = /\busing\b|\(\?-?[ims]+[-:]/;

const OPTIONS: TransformOptions = {
  // What Node 20 runs. The output for newer syntax imports helpers: see `compilerHelpers`.
  target: 'es2022',
  sourceType: 'module',
};
const COMMONJS_OPTIONS: TransformOptions = { ...OPTIONS, sourceType: 'commonjs' };

/**
 * Turns TypeScript or JavaScript into runnable form, in two steps: the first strips types and lowers newer syntax, the second
 * rewrites imports and exports as calls.
 */
export const transpiler = {
  transpile(path: string, source: string): E.Either<readonly SourceProblem[], CompiledText> {
    const inPlace = isPlain(path, source) ? linkableText(source, 'written') : undefined;
    if (inPlace !== undefined && E.isRight(inPlace)) return E.right(inPlace.right.text);
    const plain = oxc.transformSync(path, source, OPTIONS);
    if (plain.errors.length > 0) return E.left(problems(source, plain.errors));
    const linkable = linkableText(plain.code, 'lowered');
    return E.isLeft(linkable) ? linkable : E.right(linkable.right.text);
  },

  /**
   * The first step alone, for CommonJS, with the imports and exports that are there. `types`: takes only types away, so that the syntax
   * that is left tells what kind of module it is.
   */
  strip(
    path: string,
    source: string,
    what: 'syntax' | 'types' = 'syntax',
  ): E.Either<readonly SourceProblem[], string> {
    const plain = oxc.transformSync(path, source, {
      ...COMMONJS_OPTIONS,
      ...(what === 'types' && { typescript: { onlyRemoveTypeImports: true } }),
    });
    return plain.errors.length > 0 ? E.left(problems(source, plain.errors)) : E.right(plain.code);
  },

  /** The second step alone. */
  linkable: (code: string) => linkableText(code, 'lowered'),

  /** The source maps of the steps of a CommonJS module, from the running code back to the source. */
  commonjsMaps(path: string, source: string, isConverted: boolean): readonly RawMap[] {
    const plain = oxc.transformSync(path, source, { ...COMMONJS_OPTIONS, sourcemap: true });
    const linkable = isConverted ? linkableText(plain.code, 'lowered') : undefined;
    const own = linkable !== undefined && E.isRight(linkable) ? [linkable.right.map()] : [];
    return plain.map === undefined ? own : [...own, plain.map];
  },

  /** The source maps of both steps, from the running code back to the source. Made on demand: few modules ever need theirs. */
  sourceMaps(path: string, source: string): readonly RawMap[] {
    const inPlace = isPlain(path, source) ? linkableText(source, 'written') : undefined;
    if (inPlace !== undefined && E.isRight(inPlace)) return [inPlace.right.map()];
    const plain = oxc.transformSync(path, source, { ...OPTIONS, sourcemap: true });
    const linkable = linkableText(plain.code, 'lowered');
    const own = E.isRight(linkable) ? [linkable.right.map()] : [];
    return plain.map === undefined ? own : [...own, plain.map];
  },
};

export type Transpiler = typeof transpiler;

/**
 * Whether a file may run as it is written, so that its lines, columns and the text of its functions stay: JavaScript without what Node 20
 * lacks. What is no valid JavaScript, such as elements, is lowered.
 */
function isPlain(path: string, source: string): boolean {
  return /\.m?js$/.test(path) && !NEWER.test(source);
}

/** oxc's offsets count bytes of UTF-8. */
function problems(source: string, errors: readonly OxcError[]): readonly SourceProblem[] {
  const bytes = Buffer.from(source);
  return errors.map(({ message, helpMessage, labels }) => {
    const offset = bytes.toString('utf8', 0, labels[0]?.start ?? 0).length;
    const help = helpMessage === null ? '' : ` (${helpMessage})`;
    return { reason: `${message}${help}`, ...placeAt(source, offset) };
  });
}
