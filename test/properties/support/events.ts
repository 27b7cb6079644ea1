import fc from 'fast-check';
import type { ReloadEvent, ReloadFact } from '../../../src/model/reload/ReloadEvent.js';

export const number = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((n) => (n === 0 ? 0 : n));
export const text = fc.string({ unit: 'binary' });
const nullable = fc.option(number);
const breakerState = fc.constantFrom('closed' as const, 'open' as const, 'half-open' as const);
export const isSafeKey = (key: string) => !['__proto__', 'constructor', 'prototype'].includes(key);
const dictionary = fc.dictionary(text.filter(isSafeKey), number, { noNullPrototype: true });
export const json = fc
  .jsonValue({ maxDepth: 3 })
  .filter((value) => !/"(__proto__|constructor|prototype)":|-0\b/.test(JSON.stringify(value)))
  .map((value): unknown => JSON.parse(JSON.stringify(value)));

const error = fc
  .tuple(fc.dictionary(text.filter(isSafeKey), json, { noNullPrototype: true }), text, text, text)
  .map(([more, _tag, plugin, message]) => ({ ...more, _tag, plugin, message }));

const changes = fc.array(number);
const windowEnd = fc.constantFrom(
  ...(['quiet', 'leading', 'maxWait', 'maxCount', 'flush'] as const),
);
const cause = fc.constantFrom(
  ...(['change', 'retry', 'probe', 'order', 'dependency', 'restart'] as const),
);
const watchKind = fc.constantFrom(...(['Created', 'Modified', 'Deleted', 'Renamed'] as const));

/** A record whose fields of `added` may be missing, as in the logs of older versions. */
function withAdded<T extends object, A extends object>(
  known: { [K in keyof T]: fc.Arbitrary<T[K]> },
  added: { [K in keyof A]: fc.Arbitrary<A[K]> },
) {
  return fc
    .tuple(fc.record(known), fc.record(added, { requiredKeys: [] }))
    .map(([one, other]) => ({ ...one, ...other }));
}
const tag = <Tag extends ReloadFact['_tag']>(...tags: readonly Tag[]) => fc.constantFrom(...tags);

const fact: fc.Arbitrary<ReloadFact> = fc.oneof(
  withAdded({ _tag: tag('Loaded'), version: number }, { changes, fingerprint: text }),
  withAdded(
    { _tag: tag('ChangeDetected'), paths: fc.array(text), windowMs: number },
    {
      change: number,
      count: number,
      firstAtMs: number,
      lastAtMs: number,
      kinds: fc.array(watchKind),
      closedBy: windowEnd,
      afterFlushMs: number,
    },
  ),
  withAdded({ _tag: tag('ReloadStarted'), attempt: number }, { changes, cause, queuedMs: number }),
  fc.record({ _tag: tag('StateSaved', 'StateRestored'), bytes: number, sha256: text }),
  withAdded(
    { _tag: tag('Reloaded'), from: number, to: number, stageMs: dictionary },
    { changes, fingerprint: text },
  ),
  withAdded(
    { _tag: tag('ReloadFailed'), error, stillServing: nullable, willRetry: fc.boolean() },
    { changes, fingerprint: text },
  ),
  withAdded(
    { _tag: tag('RetryScheduled'), attempt: number, delayMs: number },
    {
      why: fc.constantFrom('backoff' as const, 'circuitOpen' as const, 'probeGap' as const),
    },
  ),
  fc.record({
    _tag: tag('BreakerChanged'),
    from: breakerState,
    to: breakerState,
    reason: text,
    retryAtMs: nullable,
  }),
  fc.record({ _tag: tag('ReloadSkipped'), reason: text }),
  withAdded({ _tag: tag('Superseded') }, { changes, by: number }),
  withAdded(
    { _tag: tag('Unchanged') },
    { changes, reason: fc.constantFrom('sameBytes' as const, 'alreadyGone' as const) },
  ),
  withAdded({ _tag: tag('Removed') }, { changes }),
  withAdded(
    { _tag: tag('RolledBack'), from: number, to: number, reason: text },
    { fingerprint: text },
  ),
  fc.record({ _tag: tag('StateLost'), from: number, to: number, reason: text }),
  withAdded({ _tag: tag('Proven'), version: number }, { fingerprint: text }),
  withAdded({ _tag: tag('Restarted'), version: number }, { fingerprint: text, reason: text }),
  fc.record({ _tag: tag('RestartNeeded'), paths: fc.array(text), reason: text }),
  fc.record({ _tag: tag('WatchFailed', 'WatchRecovered'), code: text, message: text }),
);
/** Any event that the format allows, with and without what later versions added. */
export const event: fc.Arbitrary<ReloadEvent> = fc
  .tuple(fact, number, number, text)
  .map(([of, i, atMs, plugin]) => ({ v: 1, i, atMs, plugin, ...of }));
