import * as E from 'fp-ts/lib/Either.js';
import type { OxcError, TransformOptions } from 'oxc-transform';
import * as oxc from 'oxc-transform';
import type { CompiledText } from '../evaluate/CompiledModule.js';
import type { SourceProblem, TextPlace } from '../places/textPlace.js';
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

  /** The errors of the first step, found in a thread of oxc's; see `transpile`. */
  async findProblems(
    path: string,
    source: string,
    kind: 'module' | 'commonjs' | undefined,
  ): Promise<readonly SourceProblem[]> {
    // Without a kind, the syntax decides: what is wrong in both is wrong.
    const options = kind === 'module' ? OPTIONS : COMMONJS_OPTIONS;
    const { errors } = await oxc.transform(path, source, options);
    if (kind !== undefined || errors.length === 0) return problems(source, errors);
    const asModule = await oxc.transform(path, source, OPTIONS);
    return problems(source, asModule.errors);
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

/** oxc's offsets count bytes of UTF-8. The text is read once: a source of 20,000 errors needed 10 s to place each by itself. */
function problems(source: string, errors: readonly OxcError[]): readonly SourceProblem[] {
  const bytes = Buffer.from(source);
  const starts = errors.map(({ labels }) => labels[0]?.start ?? 0);
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
  return errors.map(({ message, helpMessage }, index) => {
    const help = helpMessage === null ? '' : ` (${helpMessage})`;
    const place = places.get(starts[index] ?? 0) ?? { line: 1, column: 1 };
    return { reason: `${message}${help}`, ...place };
  });
}
