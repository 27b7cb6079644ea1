import { readdirSync, readFileSync } from 'node:fs';
import { transformSync as esbuild } from 'esbuild';
import { transformSync } from 'oxc-transform';
import { describe, expect, test } from 'vitest';
import { keepLines } from '../../../src/modules/compile/keepLines.js';
import { PLACE_LENGTH, readMappings, writeMappings } from '../../../src/modules/stacks/mappings.js';

function printed(source: string) {
  const { code, map } = transformSync('a.ts', source, { target: 'es2022', sourcemap: true });
  if (map === undefined) throw new Error('no map');
  return { code, map };
}

/** The same for two texts that differ in the space between words only. */
const words = (code: string) => esbuild(code, { minifyWhitespace: true, loader: 'js' }).code;

describe('code moves to the lines of its source, and nothing else of it changes', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );

  test('over all sources of this project', () => {
    let [placeCount, ownLineCount] = [0, 0];
    for (const file of sources) {
      // As `compileFile` gives it: a first line `#!…` is a comment by then.
      const source = readFileSync(`src/${file}`, 'utf8').replace(/^#!/, '//');
      const { code, map } = printed(source);
      const laid = keepLines(code, map, { source });
      expect([file, words(laid.code)]).toEqual([file, words(code)]);
      const places = readMappings(laid.map()?.mappings ?? '');
      for (let at = 0; at < places.length; at += PLACE_LENGTH) {
        placeCount += 1;
        if (places[at] === places[at + 2]) ownLineCount += 1;
      }
    }
    expect(sources.length).toBeGreaterThan(300);
    expect(ownLineCount / placeCount).toBeGreaterThan(0.97);
  }, 60_000);

  test.each<[string, string]>([
    [
      'templates keep their line breaks',
      'type A = 1;\nexport const a = `x\n  ${`y\n${1}`} z\n\n`;\n',
    ],
    [
      'a regular expression with a backtick',
      'type A =\n 1;\nconst r = /`/, t = `a\nb`;\nf(r, t);\n',
    ],
    [
      'a division behind a bracket',
      'type A =\n 1;\nconst d = (1 + 2) / 3, t = `a\nb`;\nf(d / 2, t);\n',
    ],
    ['a regular expression behind a bracket', 'let a: 1;\nif (a) /`/.test(b);\nconst t = `\n`;\n'],
    ['comments of one line', 'interface A {}\n// one\nf(a, // two\n  b);\n// three\ng();\n'],
    [
      'words that no line break may follow',
      'type A = 1;\nfunction* f() { return (\n a); }\nfor (;;) { yield (\n1); }\n',
    ],
    ['arrows', 'type A = 1;\nconst f = (\n a: A,\n): A =>\n  a;\nconst g = async (\n) => {};\n'],
    ['increments', 'let i: number = 1;\nconst a = [i++,\n --i, i\n ++, 2];\n'],
    [
      'fields that move into the constructor',
      'class A { a = 1;\n\n\n constructor(readonly b: string) {\n f();\n }\n}\n',
    ],
    [
      'texts with comment marks',
      "type A = 1;\n\nconst a = 'http://x';\nconst b = '/*';\nconst c = 1;\n",
    ],
  ])('%s', (_, source) => {
    const { code, map } = printed(source);

    expect(words(keepLines(code, map, { source }).code)).toBe(words(code));
  });

  test('a line that was changed since it was printed is not broken', () => {
    const source = 'type A = 1;\nf("a, b",\n\n  c);\n';
    const { code, map } = printed(source);
    const changed = code.replace('"a, b"', '"a, b, and more, and more"');

    expect(words(keepLines(changed, map, { source, printed: code }).code)).toBe(words(changed));
  });
});

test('mappings are written as they are read', () => {
  const { map } = printed(readFileSync('src/modules/GraphGrowth.ts', 'utf8'));

  const places = readMappings(map.mappings);
  expect(readMappings(writeMappings(places))).toEqual(places);
});
