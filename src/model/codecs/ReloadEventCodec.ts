import * as t from 'io-ts';
import type { ReloadError } from '../reload/ReloadError.js';
import type { ReloadEvent } from '../reload/ReloadEvent.js';
import { jsonCodec } from './jsonCodec.js';
import { finiteNumber, readonlyList } from './strictObject.js';

const stamp = { v: t.literal(1), i: finiteNumber, atMs: finiteNumber, plugin: t.string };

function event<Tag extends string, P extends t.Props>(tag: Tag, fields: P) {
  return t.strict({ ...stamp, _tag: t.literal(tag), ...fields }, tag);
}

/** An event with fields that logs of older versions do not have. */
function eventWith<Tag extends string, P extends t.Props, O extends t.Props>(
  tag: Tag,
  fields: P,
  added: O,
) {
  const known = t.type({ ...stamp, _tag: t.literal(tag), ...fields });
  return t.exact(t.intersection([known, t.partial(added)]), tag);
}

const nullableNumber = t.union([finiteNumber, t.null]);
const breakerState = t.keyof({ closed: null, open: null, 'half-open': null });
const retryReason = t.keyof({ backoff: null, circuitOpen: null, probeGap: null });
const unchangedReason = t.keyof({ sameBytes: null, alreadyGone: null });
const stateFields = { bytes: finiteNumber, sha256: t.string };
const versions = { from: finiteNumber, to: finiteNumber };
const watchFields = { code: t.string, message: t.string };

/** Keeps all other fields of an error too, because a user's own host may add variants with fields of their own. */
export const ReloadErrorCodec: t.Type<ReloadError, unknown> = jsonCodec(
  t.type({ _tag: t.string, plugin: t.string, message: t.string }, 'ReloadError'),
);

const changes = { changes: readonlyList(finiteNumber) };
const files = { fingerprint: t.string };
const watchKind = t.keyof({ Created: null, Modified: null, Deleted: null, Renamed: null });
const windowEnd = t.keyof({
  quiet: null,
  leading: null,
  maxWait: null,
  maxCount: null,
  flush: null,
});
const cause = t.keyof({
  change: null,
  retry: null,
  probe: null,
  order: null,
  dependency: null,
  restart: null,
});

const AnyEvent = t.union(
  [
    eventWith('Loaded', { version: finiteNumber }, { ...changes, ...files }),
    eventWith(
      'ChangeDetected',
      { paths: readonlyList(t.string), windowMs: finiteNumber },
      {
        change: finiteNumber,
        count: finiteNumber,
        firstAtMs: finiteNumber,
        lastAtMs: finiteNumber,
        kinds: readonlyList(watchKind),
        closedBy: windowEnd,
        afterFlushMs: finiteNumber,
      },
    ),
    eventWith(
      'ReloadStarted',
      { attempt: finiteNumber },
      { ...changes, cause, queuedMs: finiteNumber },
    ),
    event('StateSaved', stateFields),
    event('StateRestored', stateFields),
    eventWith(
      'Reloaded',
      { ...versions, stageMs: t.record(t.string, finiteNumber) },
      { ...changes, ...files },
    ),
    eventWith(
      'ReloadFailed',
      { error: ReloadErrorCodec, stillServing: nullableNumber, willRetry: t.boolean },
      { ...changes, ...files },
    ),
    eventWith(
      'RetryScheduled',
      { attempt: finiteNumber, delayMs: finiteNumber },
      { why: retryReason },
    ),
    event('BreakerChanged', {
      from: breakerState,
      to: breakerState,
      reason: t.string,
      retryAtMs: nullableNumber,
    }),
    event('ReloadSkipped', { reason: t.string }),
    eventWith('Superseded', {}, { ...changes, by: finiteNumber }),
    eventWith('Unchanged', {}, { ...changes, reason: unchangedReason }),
    eventWith('Removed', {}, changes),
    eventWith('RolledBack', { ...versions, reason: t.string }, files),
    eventWith('Proven', { version: finiteNumber }, files),
    event('StateLost', { ...versions, reason: t.string }),
    eventWith('Restarted', { version: finiteNumber }, { ...files, reason: t.string }),
    event('RestartNeeded', { paths: readonlyList(t.string), reason: t.string }),
    event('WatchFailed', watchFields),
    event('WatchRecovered', watchFields),
  ],
  'ReloadEvent',
);

/**
 * Decodes a ReloadEvent from a file or another process. Refuses prototype keys and values nested deeper than 32
 * levels. Drops fields that do not belong to the event's tag; a `ReloadError` keeps all of its fields.
 */
export const ReloadEventCodec: t.Type<ReloadEvent, unknown> = jsonCodec(AnyEvent);
