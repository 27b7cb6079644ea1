import { extname } from 'node:path';

/** TypeScript sources name each other with the extension of the output. */
const WRITTEN_AS: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
  '.jsx': ['.tsx', '.ts'],
};

/**
 * A path that is imported or required, and the sources that it may be the output of, in order. A TypeScript file that names `./lib.js` means
 * `lib.ts` where there is one, as for the type checker: `lib.js` beside it is what somebody once compiled it to. A JavaScript file means
 * `lib.js`.
 */
export function pathAndSources(path: string, isTypescript: boolean): readonly string[] {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  const sources = (WRITTEN_AS[extension] ?? []).map((written) => stem + written);
  return isTypescript ? [...sources, path] : [path, ...sources];
}
