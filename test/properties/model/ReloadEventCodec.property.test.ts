import fc from 'fast-check';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { afterEach, expect, it } from 'vitest';
import { ChangeCodec, WatchEventCodec } from '../../../src/model/codecs/ChangeCodec.js';
import { ReloadEventCodec } from '../../../src/model/codecs/ReloadEventCodec.js';
import { reportErrors } from '../../../src/model/codecs/reportErrors.js';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import type { Change } from '../../../src/model/reload/Change.js';
import type { ReloadFact } from '../../../src/model/reload/ReloadEvent.js';
import { event, number, text } from '../support/events.js';

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

/** For each tag, an event that has every field that was added to its first form. */
const withAll: readonly ReloadFact[] = [
  { _tag: 'Loaded', version: 1, changes: [0], fingerprint: 'f' },
  {
    _tag: 'ChangeDetected',
    paths: ['a'],
    windowMs: 5,
    change: 0,
    count: 1,
    firstAtMs: 1,
    lastAtMs: 2,
    kinds: ['Modified'],
    closedBy: 'quiet',
    afterFlushMs: 3,
  },
  { _tag: 'ReloadStarted', attempt: 1, changes: [0], cause: 'change', queuedMs: 0 },
  { _tag: 'Reloaded', from: 1, to: 2, stageMs: {}, changes: [0], fingerprint: 'f' },
  {
    _tag: 'ReloadFailed',
    error: { _tag: 'Io', plugin: 'a', message: 'm' },
    stillServing: null,
    willRetry: false,
    changes: [0],
    fingerprint: 'f',
  },
  { _tag: 'Superseded', changes: [0], by: 1 },
  { _tag: 'Unchanged', changes: [0], reason: 'sameBytes' },
  { _tag: 'Removed', changes: [0] },
  { _tag: 'RolledBack', from: 2, to: 1, reason: 'r', fingerprint: 'f' },
  { _tag: 'Proven', version: 1, fingerprint: 'f' },
  { _tag: 'Restarted', version: 1, fingerprint: 'f', reason: 'r' },
];
/** The fields that the first form of each event had: a log of then still decodes. */
const firstFields: ReadonlySet<string> = new Set([
  ...['v', 'i', 'atMs', 'plugin', '_tag', 'version', 'paths', 'windowMs', 'attempt', 'from', 'to'],
  ...['stageMs', 'error', 'stillServing', 'willRetry'],
]);

it.each(withAll)('$_tag: a line without an added field decodes, a damaged one is refused', (of) => {
  const whole: Record<string, unknown> = { v: 1, i: 0, atMs: 0, plugin: 'a', ...of };
  const isFirst = (key: string) =>
    firstFields.has(key) || (key === 'reason' && of._tag === 'RolledBack');
  const added = Object.keys(whole).filter((key) => !isFirst(key));
  expect(added.length).toBeGreaterThan(0);
  expect(ReloadEventCodec.decode(whole)).toEqual({ _tag: 'Right', right: whole });

  for (const key of added) {
    const { [key]: good, ...old } = whole;
    expect(ReloadEventCodec.decode(old)).toEqual({ _tag: 'Right', right: old });
    const damaged = [null, {}, [null], typeof good === 'string' ? 7 : 'damaged'];
    for (const bad of damaged) {
      const decoded = ReloadEventCodec.decode({ ...whole, [key]: bad });
      expect(isLeft(decoded) && reportErrors(decoded.left)[0]).toContain(key);
    }
  }
});
