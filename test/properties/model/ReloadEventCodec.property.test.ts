import fc from 'fast-check';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { afterEach, expect, it } from 'vitest';
import { ChangeCodec, WatchEventCodec } from '../../../src/model/codecs/ChangeCodec.js';
import { ReloadEventCodec } from '../../../src/model/codecs/ReloadEventCodec.js';
import { reportErrors } from '../../../src/model/codecs/reportErrors.js';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import type { Change } from '../../../src/model/reload/Change.js';
import type { ReloadEvent, ReloadFact } from '../../../src/model/reload/ReloadEvent.js';

const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n));
const text = fc.string({ unit: 'binary' });
const nullable = fc.option(number);
const breakerState = fc.constantFrom('closed' as const, 'open' as const, 'half-open' as const);
const isSafeKey = (key: string) => !['__proto__', 'constructor', 'prototype'].includes(key);
const dictionary = fc.dictionary(text.filter(isSafeKey), number, { noNullPrototype: true });
const json = fc
  .jsonValue({ maxDepth: 3 })
  .filter((value) => !/"(__proto__|constructor|prototype)":|-0\b/.test(JSON.stringify(value)))
  .map((value): unknown => JSON.parse(JSON.stringify(value)));

const error = fc
  .tuple(fc.dictionary(text.filter(isSafeKey), json, { noNullPrototype: true }), text, text, text)
  .map(([more, _tag, plugin, message]) => ({ ...more, _tag, plugin, message }));

const fact: fc.Arbitrary<ReloadFact> = fc.oneof(
  number.map((version) => ({ _tag: 'Loaded' as const, version })),
  fc.record({
    _tag: fc.constant('ChangeDetected' as const),
    paths: fc.array(text),
    windowMs: number,
  }),
  number.map((attempt) => ({ _tag: 'ReloadStarted' as const, attempt })),
  fc.record({
    _tag: fc.constantFrom('StateSaved' as const, 'StateRestored' as const),
    bytes: number,
    sha256: text,
  }),
  fc.record({
    _tag: fc.constant('Reloaded' as const),
    from: number,
    to: number,
    stageMs: dictionary,
  }),
  fc.record({
    _tag: fc.constant('ReloadFailed' as const),
    error,
    stillServing: nullable,
    willRetry: fc.boolean(),
  }),
  fc.record(
    {
      _tag: fc.constant('RetryScheduled' as const),
      attempt: number,
      delayMs: number,
      why: fc.constantFrom('backoff' as const, 'circuitOpen' as const, 'probeGap' as const),
    },
    { requiredKeys: ['_tag', 'attempt', 'delayMs'] },
  ),
  fc.record({
    _tag: fc.constant('BreakerChanged' as const),
    from: breakerState,
    to: breakerState,
    reason: text,
    retryAtMs: nullable,
  }),
  text.map((reason) => ({ _tag: 'ReloadSkipped' as const, reason })),
  fc
    .constantFrom('Superseded' as const, 'Unchanged' as const, 'Removed' as const)
    .map((_tag) => ({ _tag })),
  fc.record({
    _tag: fc.constantFrom('RolledBack' as const, 'StateLost' as const),
    from: number,
    to: number,
    reason: text,
  }),
  number.map((version) => ({ _tag: 'Restarted' as const, version })),
  fc.record({
    _tag: fc.constantFrom('WatchFailed' as const, 'WatchRecovered' as const),
    code: text,
    message: text,
  }),
);
const event: fc.Arbitrary<ReloadEvent> = fc
  .tuple(fact, number, number, text)
  .map(([of, i, atMs, plugin]) => ({ v: 1, i, atMs, plugin, ...of }));

const kind = fc.constantFrom('file' as const, 'directory' as const);
const watchEvent: fc.Arbitrary<WatchEvent> = fc.oneof(
  fc.record(
    {
      _tag: fc.constant('Modified' as const),
      path: text,
      kind,
      atMs: number,
      batch: number,
      fromKind: kind,
    },
    { requiredKeys: ['_tag', 'path', 'kind', 'atMs', 'batch'] },
  ),
  fc.record({
    _tag: fc.constantFrom('Created' as const, 'Deleted' as const),
    path: text,
    kind,
    atMs: number,
    batch: number,
  }),
  fc
    .record({
      _tag: fc.constant('Renamed' as const),
      from: text,
      path: text,
      kind,
      atMs: number,
      batch: number,
    })
    .map((renamed) => ({ ...renamed, to: renamed.path })),
);
const change: fc.Arbitrary<Change> = fc.record({
  plugin: text,
  events: fc.array(watchEvent, { maxLength: 5 }),
  firstAtMs: number,
  lastAtMs: number,
  eventCount: number,
});

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([]);
});

it.each([
  { name: 'ReloadEvent', codec: ReloadEventCodec, values: event },
  { name: 'WatchEvent', codec: WatchEventCodec, values: watchEvent },
  { name: 'Change', codec: ChangeCodec, values: change },
])('$name: decode(encode(x)) = x, through JSON', ({ codec, values }) => {
  fc.assert(
    fc.property(values as fc.Arbitrary<never>, (value) => {
      const decoded = codec.decode(JSON.parse(JSON.stringify(codec.encode(value))));

      if (isLeft(decoded)) expect.unreachable(reportErrors(decoded.left).join('\n'));
      expect(decoded.right).toEqual(value);
      expect(codec.is(value)).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});

it('refuses prototype keys at any depth and values that are too deep, and says where', () => {
  const at = (error: unknown) =>
    ReloadEventCodec.decode({
      v: 1,
      i: 0,
      atMs: 0,
      plugin: 'a',
      _tag: 'ReloadFailed',
      error,
      stillServing: null,
      willRetry: false,
    });
  const base = { _tag: 'X', plugin: 'a', message: 'm' };
  fc.assert(
    fc.property(
      fc.constantFrom('__proto__', 'constructor', 'prototype'),
      fc.nat(20),
      (key, depth) => {
        let bad: unknown = JSON.parse(`{"${key}": {"isAdmin": true}}`);
        for (let i = 0; i < depth; i++) bad = i % 2 ? [bad] : { in: bad };
        const decoded = at({ ...base, bad });

        expect(isLeft(decoded) && reportErrors(decoded.left)[0]).toMatch(
          new RegExp(`^error\\.bad.*\\.${key}: is a key that is refused everywhere$`),
        );
      },
    ),
  );
  const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  const decoded = at({ ...base, deep });
  expect(isLeft(decoded) && reportErrors(decoded.left)).toEqual([
    expect.stringContaining('is nested deeper than 32 levels'),
  ]);
});

it('suggests the tag that a misspelt one was meant to be', () => {
  const decoded = ReloadEventCodec.decode({ v: 1, i: 0, atMs: 0, plugin: 'a', _tag: 'Relaoded' });

  expect(isLeft(decoded) && reportErrors(decoded.left)).toEqual([
    expect.stringMatching(
      /^_tag: expected "Loaded", .* got "Relaoded"; did you mean "Reloaded"\?$/,
    ),
  ]);
});

it('decodes any value into an event or readable errors, and never throws', () => {
  const almost = fc
    .tuple(
      event,
      fc.string(),
      fc.anything({
        maxDepth: 4,
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSparseArray: true,
        withTypedArray: true,
        withNullPrototype: true,
      }),
    )
    .map(([of, key, value]) => ({ ...of, [key]: value }));
  fc.assert(
    fc.property(fc.oneof(almost, fc.anything()), (value) => {
      const decoded = ReloadEventCodec.decode(value);
      if (isRight(decoded)) return;
      const lines = reportErrors(decoded.left);
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) expect(line.length).toBeLessThan(2_000);
    }),
    { numRuns: 20_000 },
  );
});
