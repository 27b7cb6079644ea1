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
const stateFields = { bytes: finiteNumber, sha256: t.string };
const versions = { from: finiteNumber, to: finiteNumber };
const watchFields = { code: t.string, message: t.string };

/** Keeps all other fields of an error too, because a user's own host may add variants with fields of their own. */
export const ReloadErrorCodec: t.Type<ReloadError, unknown> = jsonCodec(
  t.type({ _tag: t.string, plugin: t.string, message: t.string }, 'ReloadError'),
);

const AnyEvent = t.union(
  [
    event('Loaded', { version: finiteNumber }),
    event('ChangeDetected', { paths: readonlyList(t.string), windowMs: finiteNumber }),
    event('ReloadStarted', { attempt: finiteNumber }),
    event('StateSaved', stateFields),
    event('StateRestored', stateFields),
    event('Reloaded', { ...versions, stageMs: t.record(t.string, finiteNumber) }),
    event('ReloadFailed', {
      error: ReloadErrorCodec,
      stillServing: nullableNumber,
      willRetry: t.boolean,
    }),
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
    event('Superseded', {}),
    event('Unchanged', {}),
    event('Removed', {}),
    event('RolledBack', { ...versions, reason: t.string }),
    event('StateLost', { ...versions, reason: t.string }),
    event('Restarted', { version: finiteNumber }),
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
