import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { findCalls } from '../../../src/modules/compile/findCalls.js';

/** Parts of texts that open and close what a call can be hidden in, or stand around one. */
const PARTS = [
  ...["require('a')", 'require("b", 1)', 'require (/* c */ "c")', 'require(`d`)', 'require(e)'],
  ...['import("f")', 'import (g)', 'import("h") {', 'import x from "i";', 'import.meta'],
  ...["'", '"', '`', '${', '}', '{', '(', ')', '[', ']', '/', '/=', '//', '/*', '*/', '\n', '\\'],
  ...['a', '.', '?.', '...', ' ', '1e-5', '=', '++', 'return', 'if', 'function f() {', 'required'],
];

const texts = fc.array(fc.constantFrom(...PARTS), { maxLength: 40 }).map((parts) => parts.join(''));

test('what stands behind the last word that loads anything changes nothing', () => {
  fc.assert(
    fc.property(texts, (text) => {
      // Behind a word that is a call's, all of the text is read.
      for (const behind of ['\nrequire', '\nimport', '\nrequired']) {
        expect(findCalls(text)).toEqual(findCalls(text + behind));
      }
    }),
    { numRuns: 1_000 },
  );
});
