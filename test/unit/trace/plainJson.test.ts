import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainJson } from '../../../src/pipeline/record/plainJson.js';

const same = (text: string): string => text;

/** What JSON holds of a value, by the engine: without the keys that are refused, and with what it refuses left out. */
function byJson(value: unknown): unknown {
  const text = JSON.stringify(value, (key, at: unknown) =>
    key === 'constructor' || key === 'prototype' || typeof at === 'symbol' ? undefined : at,
  );
  return text === undefined ? undefined : JSON.parse(text);
}

const part = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, undefined, () => 1, Symbol('x')),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('constructor', 'prototype', '1')),
      tie('value'),
      { maxKeys: 5 },
    ),
  ),
})).value;

describe('plainJson', () => {
  it('keeps of any data what JSON does, in the same order, and leaves the value as it was', () => {
    fc.assert(
      fc.property(part, (value) => {
        const before = JSON.stringify(byJson(value));
        const copied = plainJson(value, same);
        // A key `toJSON` or one of the refused ones aside, JSON says the same of both.
        expect(JSON.stringify(copied)).toBe(before);
        expect(JSON.stringify(byJson(value))).toBe(before);
      }),
      { numRuns: 1_000 },
    );
  });

  it('replaces texts by their keys in a copy alone', () => {
    const value = { plugin: 'a', nested: { file: 'x.ts', lines: ['b', 'c'] }, gone: 'secret' };
    const copied = plainJson(value, (text, key) => (key === 'gone' ? undefined : `${key}=${text}`));
    expect(copied).toEqual({
      plugin: 'plugin=a',
      nested: { file: 'file=x.ts', lines: ['lines=b', 'lines=c'] },
    });
    expect(Object.keys(copied as object)).toEqual(['plugin', 'nested']);
    expect(value).toEqual({
      ...{ plugin: 'a', gone: 'secret' },
      nested: { file: 'x.ts', lines: ['b', 'c'] },
    });
  });

  it('leaves out only the field that cannot be read', () => {
    const value = {
      before: 1,
      get broken(): unknown {
        throw new Error('no');
      },
      after: { deep: 'text' },
    };
    expect(plainJson(value, same)).toEqual({ before: 1, after: { deep: 'text' } });
    const refusing = new Proxy(
      { a: 1 },
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    expect(plainJson({ refusing, b: 2 }, same)).toEqual({ refusing: {}, b: 2 });
  });

  it('ends a cycle, and reads each text once however deep what is left out lies', () => {
    const cycle: Record<string, unknown> = { name: 'x' };
    cycle['self'] = cycle;
    expect(plainJson(cycle, same)).toEqual({ name: 'x' });
    let count = 0;
    let nested: unknown = 'innermost';
    for (let depth = 0; depth < 20; depth += 1) {
      const inner = nested;
      nested = { left: () => 1, ['constructor']: 'refused', text: 'x', inner };
    }
    plainJson(nested, (text) => {
      count += 1;
      return text;
    });
    expect(count).toBe(21);
  });
});
