import * as t from 'io-ts';
import type { ReloadError } from '../reload/ReloadError.js';
import type { ReloadEvent } from '../reload/ReloadEvent.js';
import { jsonCodec } from './jsonCodec.js';
import { finiteNumber, readonlyList } from './strictObject.js';

const stamp = { v: t.literal(1), i: finiteNumber, atMs: finiteNumber, plugin: t.string };

function event<Tag extends string, P extends t.Props>(tag: Tag, fields: P) {
  return t.strict({ ...stamp, _tag: t.literal(tag), ...fields }, tag);
}

const nullableNumber = t.union([finiteNumber, t.null]);
const breakerState = t.keyof({ closed: null, open: null, 'half-open': null });
const stateFields = { bytes: finiteNumber, sha256: t.string };
const versions = { from: finiteNumber, to: finiteNumber };
const watchFields = { code: t.string, message: t.string };

/** Keeps the fields that a variant has beside these three, because a host of the user's own may add variants. */
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
    event('RetryScheduled', { attempt: finiteNumber, delayMs: finiteNumber }),
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
 * Decodes a ReloadEvent from a file or another process. Refuses prototype keys and values nested deeper than 32 levels.
 * Drops fields that an event of its tag does not have; a `ReloadError` keeps all of its fields.
 */
export const ReloadEventCodec: t.Type<ReloadEvent, unknown> = jsonCodec(AnyEvent);
