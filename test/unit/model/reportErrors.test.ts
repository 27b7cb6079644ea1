import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';
import { closestName } from '../../../src/model/closestName.js';
import { formatPath } from '../../../src/model/codecs/formatPath.js';
import { reportErrors } from '../../../src/model/codecs/reportErrors.js';
import { strictObject } from '../../../src/model/codecs/strictObject.js';

const Manifest = strictObject(
  'a manifest',
  {
    name: t.string,
    mode: t.keyof({ 'in-process': null, worker: null }),
    'api-version': strictObject('an api version', { major: t.number, minor: t.number }, {}),
  },
  { tags: t.array(t.string), debounce: t.union([t.number, t.literal('adaptive')]) },
);
const good = { name: 'a', mode: 'worker', 'api-version': { major: 1, minor: 0 } };

function lines(codec: t.Mixed, input: unknown): readonly string[] {
  const decoded = codec.decode(input);
  return isLeft(decoded) ? reportErrors(decoded.left) : [];
}

describe('reportErrors', () => {
  it.each([
    { what: 'nothing', input: good, report: [] },
    {
      what: 'a missing key',
      input: { ...good, name: undefined },
      report: ['name: missing; expected a string'],
    },
    {
      what: 'an unknown key',
      input: { ...good, nmae: 1 },
      report: ['nmae: unknown key; did you mean "name"?'],
    },
    {
      what: 'an unknown key that is similar to no other',
      input: { ...good, zzzzzz: 1 },
      report: ['zzzzzz: unknown key; known: name, mode, api-version, tags, debounce'],
    },
    {
      what: 'an unknown key of a nested object',
      input: { ...good, 'api-version': { major: 1, minor: 0, majro: 2 } },
      report: ['api-version.majro: unknown key; did you mean "major"?'],
    },
    {
      what: 'a misspelt literal',
      input: { ...good, mode: 'wroker' },
      report: ['mode: expected "in-process" or "worker", got "wroker"; did you mean "worker"?'],
    },
    {
      what: 'an item of an array',
      input: { ...good, tags: ['a', 5] },
      report: ['tags[1]: expected a string, got 5'],
    },
    {
      what: 'a union of kinds',
      input: { ...good, debounce: 'adpative' },
      report: [
        'debounce: expected a number or "adaptive", got "adpative"; did you mean "adaptive"?',
      ],
    },
    {
      what: 'an optional key that is wrong',
      input: { ...good, tags: {} },
      report: ['tags: expected an array, got an object'],
    },
    {
      what: 'a value that is no object',
      input: [1],
      report: ['expected a manifest, got an array of 1'],
    },
    { what: 'null', input: null, report: ['expected a manifest, got null'] },
    {
      what: 'a long text, shortened',
      input: { ...good, mode: 'x'.repeat(500) },
      report: [
        `mode: expected "in-process" or "worker", got "${'x'.repeat(60)}"… (500 characters)`,
      ],
    },
    {
      what: 'several problems, in the order of the input',
      input: { mode: 'worker', nmae: 'a', 'api-version': 1 },
      report: [
        'nmae: unknown key; did you mean "name"?',
        'name: missing; expected a string',
        'api-version: expected an api version, got 1',
      ],
    },
  ])('reports $what', ({ input, report }) => {
    expect(lines(Manifest, input)).toEqual(report);
  });

  it('reports a union as its closest branch', () => {
    const Window = t.union([
      t.type({ count: t.number, unit: t.string }),
      t.type({ ms: t.number }),
      t.null,
    ]);
    expect(lines(t.type({ window: Window }), { window: { ms: 'soon' } })).toEqual([
      'window.ms: expected a number, got "soon"',
    ]);
    expect(lines(t.type({ window: Window }), { window: 5 })).toEqual([
      'window: expected an object or null, got 5',
    ]);
  });

  it('reports a tagged union by its tag', () => {
    const Event = t.union([
      t.strict({ _tag: t.literal('Loaded'), version: t.number }),
      t.strict({ _tag: t.literal('Removed') }),
    ]);
    expect(lines(Event, { _tag: 'Laoded', version: 1 })).toEqual([
      '_tag: expected "Loaded", "Removed", got "Laoded"; did you mean "Loaded"?',
    ]);
    expect(lines(Event, { _tag: 'Loaded', version: '1' })).toEqual([
      'version: expected a number, got "1"',
    ]);
    expect(lines(Event, {})).toEqual(['_tag: missing; expected "Loaded", "Removed"']);
  });

  it('hides the steps of intersections and of unions in unions', () => {
    const Deep = t.type({
      a: t.intersection([
        t.type({ b: t.union([t.union([t.string, t.null]), t.number]) }),
        t.partial({ c: t.string }),
      ]),
    });
    expect(lines(Deep, { a: { b: true, c: 1 } })).toEqual([
      'a.b: expected a string, null or a number, got true',
      'a.c: expected a string, got 1',
    ]);
  });

  it('calls branded types and codecs of the user by their name, and uses their message', () => {
    const Even = new t.Type<number, number>(
      'an even number',
      t.number.is,
      (u, c) => t.failure(u, c, 'is odd'),
      t.identity,
    );
    expect(lines(t.type({ n: Even, i: t.Int }), { n: 1, i: 1.5 })).toEqual([
      'n: is odd',
      'i: expected Int, got 1.5',
    ]);
  });

  it('never throws, also for values that cannot be shown', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const input of [cycle, 1n, Symbol('s'), () => 1, NaN]) {
      expect(lines(t.string, input)).toHaveLength(1);
    }
  });
});

describe('strictObject', () => {
  it('encodes a field that its codec turns into null, and leaves out undefined ones', () => {
    const DateText = new t.Type<Date, string, unknown>(
      'a date',
      (input): input is Date => input instanceof Date,
      (input, context) =>
        typeof input === 'string' ? t.success(new Date(input)) : t.failure(input, context),
      (date) => date.toISOString(),
    );
    const Never = new t.Type<number, number | null, unknown>(
      'a number, or null for Infinity',
      t.number.is,
      (input, context) =>
        input === null ? t.success(Infinity) : t.number.validate(input, context),
      (ms) => (ms === Infinity ? null : ms),
    );
    const Wait = strictObject('a wait', { ms: Never }, { until: DateText });

    expect(Wait.encode({ ms: Infinity })).toEqual({ ms: null });
    expect(Wait.encode({ ms: 1, until: new Date(0) })).toEqual({
      ms: 1,
      until: '1970-01-01T00:00:00.000Z',
    });
    const given: unknown = { ms: 1, until: undefined };
    expect(Wait.is(given) && Wait.encode(given)).toEqual({ ms: 1 });
  });

  it('decodes known keys, leaves out undefined ones, and encodes them back', () => {
    const decoded = Manifest.decode({ ...good, tags: undefined, debounce: 'adaptive' });

    expect(isRight(decoded) && decoded.right).toStrictEqual({ ...good, debounce: 'adaptive' });
    expect(isRight(decoded) && Manifest.encode(decoded.right)).toStrictEqual({
      ...good,
      debounce: 'adaptive',
    });
  });

  it('does not take a key of a prototype for one of its own', () => {
    const input: unknown = JSON.parse('{"__proto__": {"name": "x"}, "constructor": 1}');

    expect(lines(strictObject('a thing', {}, { name: t.string }), input)).toEqual([
      '__proto__: unknown key; known: name',
      'constructor: unknown key; known: name',
    ]);
    expect(lines(strictObject('a thing', { toString: t.string }, {}), {})).toEqual([
      'toString: missing; expected a string',
    ]);
  });

  it('accepts with `is` what it decodes', () => {
    expect(Manifest.is(good)).toBe(true);
    expect(Manifest.is({ ...good, more: 1 })).toBe(false);
    expect(Manifest.is({ ...good, tags: [1] })).toBe(false);
    expect(Manifest.is([])).toBe(false);
  });
});

describe('closestName', () => {
  it.each([
    ['adpative', 'adaptive'],
    ['Verison', 'version'],
    ['sourc', 'source'],
    ['', undefined],
    ['x', undefined],
    ['completely', undefined],
  ])('%s is meant to be %s', (name, meant) => {
    expect(closestName(name, ['version', 'source', 'adaptive', 'mode'])).toBe(meant);
  });
});

describe('formatPath', () => {
  it('reads like code', () => {
    expect(formatPath(['state', 'items', '3', 'a b', 'x'.repeat(100)])).toBe(
      `state.items[3]["a b"]["${'x'.repeat(80)}…"]`,
    );
  });
});
