import { isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../src/modules/places/parseJson.js';
import { codeFrame } from '../../../src/modules/places/sourcePlace.js';
import { locateImport, placeAt } from '../../../src/modules/places/textPlace.js';
import { matchesPattern } from '../../../src/runtime/code/matchesPattern.js';
import { locateKey } from '../../../src/runtime/manifest/locateKey.js';
import { guessName } from '../../../src/runtime/manifest/parseManifest.js';
import { stateToText } from '../../../src/runtime/protocol/KeptState.js';
import { processorMsOf } from '../../support/processorMsOf.js';

describe('codeFrame', () => {
  test('shows two lines before and after, and a mark under the column', () => {
    const text = ['a', 'b', 'c', 'const x = ;', 'e', 'f', 'g'].join('\n');
    expect(codeFrame(text, { line: 4, column: 11 })).toBe(
      ['  2 | b', '  3 | c', '> 4 | const x = ;', '    |           ^', '  5 | e', '  6 | f'].join(
        '\n',
      ),
    );
  });

  test('replaces tabs, control and direction characters, and keeps the mark in its place', () => {
    expect(codeFrame('\t\u001b[31m\u202ex = ;\r\n', { line: 1, column: 12 })).toBe(
      ['> 1 |  ·[31m·x = ;', '    |            ^', '  2 |'].join('\n'),
    );
  });

  test('shows the part of a long line around the column', () => {
    const [line = '', mark = ''] = codeFrame(`${'x'.repeat(5_000)}!`, {
      line: 1,
      column: 5_001,
    }).split('\n');
    expect(line.length).toBeLessThan(160);
    expect(line[mark.indexOf('^')]).toBe('!');
  });
});

test('placeAt counts lines and columns from 1', () => {
  expect([0, 1, 2, 3, 99].map((offset) => placeAt('a\nb', offset))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 2 },
    { line: 2, column: 1 },
    { line: 2, column: 2 },
    { line: 2, column: 2 },
  ]);
});

describe('locateKey', () => {
  const toml =
    'name = "x"\napi-version = { major = 0, minor = 1 }\n\n[metadata.deep]\n  "odd key" = 1\n[[list]]\nname = 2\n';
  test.each([
    [['name'], 1, 1],
    [['api-version'], 2, 1],
    [['api-version', 'minor'], 2, 28],
    [['metadata', 'deep', 'odd key'], 5, 3],
    [['metadata', 'deep', 'absent'], 4, 1],
    [['list', 'name'], 7, 1],
    [['absent'], 1, 1],
  ])('finds %j in TOML', (path, line, column) => {
    expect(locateKey(toml, path, 'toml')).toEqual({ line, column });
  });

  const json = '{\n  "description": "name",\n  "name": "x",\n  "api-version": { "minor" : 1 }\n}';
  test.each([
    [['name'], 3, 3],
    [['api-version', 'minor'], 4, 20],
    [['api-version', 'major'], 4, 3],
  ])('finds %j in JSON', (path, line, column) => {
    expect(locateKey(json, path, 'json')).toEqual({ line, column });
  });
});

describe('parseJson', () => {
  test.each([
    ['{"a": }', 1, 7],
    ['{"a" 1}', 1, 6],
    ['abc', 1, 1],
    ['{\n  "a": 1,\n}', 3, 1],
    ['{"a": [1, 2}', 1, 12],
    ['', 1, 1],
    ['{"a": 1', 1, 8],
  ])('says where %j is wrong', (text, line, column) => {
    const parsed = parseJson(text);
    expect(isLeft(parsed) ? parsed.left : parsed).toMatchObject({ line, column });
  });
});

describe('matchesPattern', () => {
  test.each([
    ['data.csv', 'data.csv', true],
    ['./data.csv', 'data.csv', true],
    ['data.csv', 'data-csv', false],
    ['*.csv', 'a.csv', true],
    ['*.csv', 'a/b.csv', false],
    ['data/*', 'data/', true],
    ['data/*', 'data/a/b', false],
    ['**', 'a/b/c', true],
    ['**/*.csv', 'a.csv', true],
    ['**/*.csv', 'a/b/c.csv', true],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['a/**/z', 'ab/z', false],
    ['?.csv', 'a.csv', true],
    ['?.csv', '/.csv', false],
    ['[a].csv', 'a.csv', false],
    ['', 'a', false],
  ])('%j on %j: %s', (pattern, path, isMatch) => {
    expect(matchesPattern(pattern, path)).toBe(isMatch);
  });

  test('is fast on a pattern that would make a regular expression backtrack for ever', () => {
    const tookMs = processorMsOf(() => {
      expect(matchesPattern('*a*a*a*a*a*a*a*ab', 'a'.repeat(4_000))).toBe(false);
    });
    expect(tookMs).toBeLessThan(1_000);
  });
});

test('locateImport prefers an import to any other mention', () => {
  const source = `const text = './x.js';\nimport { a } from './x.js';\nconst b = import("./y.js");`;
  expect(locateImport(source, './x.js')).toEqual({ line: 2, column: 19 });
  expect(locateImport(source, './y.js')).toEqual({ line: 3, column: 18 });
  expect(locateImport(source, 'a')).toEqual({ line: 2, column: 10 });
  expect(locateImport(source, 'absent')).toEqual({ line: 1, column: 1 });
});

test('guessName finds the name in a text that is broken elsewhere, and ignores one that is not valid', () => {
  expect(guessName('version = \n  name = "ok"', 'toml')).toBe('ok');
  expect(guessName('{ "version": , "name" : "ok"', 'json')).toBe('ok');
  expect(guessName('name = "../up"', 'toml')).toBeUndefined();
  expect(guessName('rename = "x"', 'toml')).toBeUndefined();
});

describe('stateToText', () => {
  test('keeps all that JSON can express, with its size in bytes', () => {
    const encoded = stateToText({ text: 'é', list: [1, null, true] });
    expect(isLeft(encoded) ? encoded : JSON.parse(encoded.right.text)).toEqual({
      text: 'é',
      list: [1, null, true],
    });
    expect(isLeft(encoded) ? 0 : encoded.right.bytes).toBe(
      Buffer.byteLength('{"text":"é","list":[1,null,true]}'),
    );
  });

  test.each([
    ['a function', { f: () => 1 }, 'state.f is a function'],
    ['a Map', new Map(), 'state is a Map'],
    ['NaN', { list: [Number.NaN] }, 'state.list[0] is NaN'],
    [
      'a key that reaches prototypes',
      JSON.parse('{"a":{"__proto__":1}}'),
      'state.a.__proto__ is a key that is refused',
    ],
    ['more than 16 MiB', 'x'.repeat(17 * 1024 * 1024), 'the limit is 16777216'],
  ])('refuses %s', (_, state, reason) => {
    const encoded = stateToText(state);
    expect(isLeft(encoded) ? encoded.left : '').toContain(reason);
  });
});
