import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { assignsExports, isCommonjsOnly } from '../../../src/modules/compile/commonjsOnly.js';
import { transpiler } from '../../../src/modules/compile/transpileTypescript.js';

/** Each with whether it assigns its exports, and whether it is CommonJS. */
const texts: readonly (readonly [source: string, assigns: boolean, isCommonjs: boolean])[] = [
  ['export = 1;', true, true],
  ['class Q {} export = Q;', true, true],
  ['export  =\n  { a: 1 };', true, true],
  ["import a = require('a'); export const b = a;", false, true],
  ["export import a = require('a');", false, true],
  ["import type A = require('a'); export const b: A = 1;", false, false],
  ['import A = N.x; export const b = A;', false, false],
  ['/*\nexport = 1\n*/ interface A {}\nexport const b = 1;', false, false],
  ["const t = `\nexport = 1;\nimport a = require('a');`; export { t };", false, false],
  ['export const isEqual = (a: number) => a == 1;', false, false],
  // Not valid: whoever compiles it says why.
  ['export = ;', false, false],
];

describe('syntax of TypeScript that only CommonJS has', () => {
  it.each(texts)('%j', (source, assigns, isCommonjs) => {
    expect(assignsExports('/p/a.ts', source)).toBe(assigns);
    expect(isCommonjsOnly('/p/a.ts', source)).toBe(isCommonjs);
  });

  it.each(texts.filter(([, assigns]) => assigns))(
    '%j is refused in a module, at its place',
    (source) => {
      const made = transpiler.transpile('/p/a.ts', `// A file.\n${source}`);
      if (E.isRight(made)) throw new Error(made.right.code);
      expect(made.left).toEqual([
        {
          reason: expect.stringMatching(
            /^`export =` is for CommonJS, .*: use `export default`, or /,
          ),
          line: 2,
          column: source.indexOf('export') + 1,
        },
      ]);
    },
  );
});
