import fc from 'fast-check';
import { isLeft } from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { describe, expect, it } from 'vitest';
import { ChangeCodec, WatchEventCodec } from '../../../src/model/codecs/ChangeCodec.js';
import { ReloadErrorCodec, ReloadEventCodec } from '../../../src/model/codecs/ReloadEventCodec.js';
import { parseJson } from '../../../src/modules/places/parseJson.js';
import { parseToml } from '../../../src/runtime/manifest/parseToml.js';
import { VersionLedger } from '../../../src/state/ledger/VersionLedger.js';
import { recordFormat } from '../../../src/state/records/recordFormat.js';
import { isLong } from '../support/saved.js';

/** Inputs per decoder: a whole sweep has more than 10^5 in all, and only a whole sweep must keep the time limit. */
const runs = isLong ? 20_000 : 1_000;
const LIMIT_MS = 100;

const record = recordFormat.encode(
  { plugin: 'counter', seq: 12, schema: 3, codeHash: '9f86d081', fence: 2 },
  Buffer.from('{"count":1}'),
);
const event = {
  ...{ v: 1, i: 0, atMs: 0, plugin: 'counter', _tag: 'ReloadFailed', stillServing: 1 },
  ...{
    willRetry: true,
    error: { _tag: 'Io', plugin: 'counter', message: 'm', code: 'EIO', path: '' },
  },
};
const change = {
  ...{ plugin: 'counter', firstAtMs: 0, lastAtMs: 1, eventCount: 1 },
  events: [{ _tag: 'Modified', path: '/a', kind: 'file', atMs: 0, batch: 1 }],
};
const suspect = {
  plugin: 'counter',
  fingerprint: 'f',
  files: [{ path: '/a', sha256: '' }],
  crashes: 1,
};
const ledger = { confirmed: [{ plugin: 'a', fingerprint: 'f' }], trials: [suspect], suspects: [] };
const manifest =
  'name = "counter"\nversion = "1.0.0"\n[api-version]\nmajor = 0\n[metadata]\na.b = [1, {c = 2}]\n';

const deep = fc.nat(4_000).map((depth) => '['.repeat(depth) + ']'.repeat(depth));
const keys = fc
  .constantFrom('__proto__', 'constructor', 'prototype', 'toString')
  .map((key) => `{"${key}":{"isAdmin":true,"${key}":[]}}`);
const hostile = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), deep, keys);

/** A good text with a few places changed, removed or inserted. */
function damaged(good: string): fc.Arbitrary<string> {
  const damage = fc.record({
    at: fc.nat(good.length),
    cut: fc.nat(8),
    put: fc.oneof(
      { weight: 3, arbitrary: fc.string({ maxLength: 6 }) },
      { weight: 1, arbitrary: keys },
    ),
  });
  return fc
    .array(damage, { minLength: 1, maxLength: 4 })
    .map((damages) =>
      damages.reduce(
        (text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut),
        good,
      ),
    );
}

/** Parses JSON text for a codec, as all of hotpipe's readers do. */
function decodeJson(codec: t.Decoder<unknown, unknown>): (text: string) => unknown {
  return (text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return 'no JSON';
    }
    return codec.decode(value);
  };
}

const decoders: readonly { name: string; good: string; decode: (text: string) => unknown }[] = [
  {
    name: 'a state record',
    good: record.toString('latin1'),
    decode: (text) => recordFormat.decode(Buffer.from(text, 'latin1')),
  },
  { name: 'a reload event', good: JSON.stringify(event), decode: decodeJson(ReloadEventCodec) },
  {
    name: 'a reload error',
    good: JSON.stringify(event.error),
    decode: decodeJson(ReloadErrorCodec),
  },
  {
    name: 'a watch event',
    good: JSON.stringify(change.events[0]),
    decode: decodeJson(WatchEventCodec),
  },
  { name: 'a change', good: JSON.stringify(change), decode: decodeJson(ChangeCodec) },
  { name: 'a ledger of versions', good: JSON.stringify(ledger), decode: decodeJson(VersionLedger) },
  { name: 'a manifest in TOML', good: manifest, decode: (text) => parseToml(text) },
  {
    name: 'a manifest in JSON',
    good: JSON.stringify({ name: 'counter' }),
    decode: (text) => parseJson(text),
  },
];

const isEither = (value: unknown): boolean =>
  value === 'no JSON' ||
  (typeof value === 'object' &&
    value !== null &&
    '_tag' in value &&
    (value._tag === 'Left' || value._tag === 'Right'));

describe('bad bytes', () => {
  it.each(decoders)(
    'in the place of $name: an answer for each, none late, Object.prototype untouched',
    ({ name, good, decode }) => {
      const before = Object.getOwnPropertyNames(Object.prototype).sort();
      let slowestMs = 0;
      let refused = 0;
      fc.assert(
        fc.property(fc.oneof(hostile, damaged(good)), (text) => {
          const startMs = performance.now();
          const answer = decode(text);
          slowestMs = Math.max(slowestMs, performance.now() - startMs);
          if (answer === 'no JSON' || isLeft(answer as never)) refused++;
          return isEither(answer);
        }),
        { numRuns: runs },
      );
      console.log(
        `${runs} inputs for ${name}: ${refused} refused, slowest ${slowestMs.toFixed(1)} ms`,
      );

      expect(refused).toBeGreaterThan(runs / 4);
      expect(slowestMs).toBeLessThan(isLong ? LIMIT_MS : 20 * LIMIT_MS);
      expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
      expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
    },
  );

  it('the unchanged ones are accepted: the bad inputs above start from good ones', () => {
    for (const { decode, good } of decoders) expect(decode(good)).toMatchObject({ _tag: 'Right' });
  });
});
