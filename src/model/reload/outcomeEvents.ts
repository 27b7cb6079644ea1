import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import type { ReloadError } from './ReloadError.js';
import type { UnstampedEvent } from './ReloadEvent.js';
import type { ReloadResult } from './ReloadTarget.js';

/**
 * The events that end a successful reload: `Unchanged`, `Loaded` when nothing served before, or `Reloaded`.
 * `StateRestored` comes first when the new version received a state, because the version received it before it served.
 *
 * @param changes - The numbers of the changes that end with it. Default: not reported.
 */
export function outcomeEvents(
  plugin: string,
  { from, to, stageMs, restored, fingerprint }: ReloadResult,
  changes?: readonly number[],
): readonly UnstampedEvent[] {
  const ended = changes && { changes };
  if (from === to) return [{ _tag: 'Unchanged', plugin, ...ended, reason: 'sameBytes' }];
  const files = fingerprint !== undefined && { fingerprint };
  return afterState(
    plugin,
    restored,
    from === 0
      ? { _tag: 'Loaded', plugin, version: to, ...ended, ...files }
      : { _tag: 'Reloaded', plugin, from, to, stageMs, ...ended, ...files },
  );
}

/** The events of a successful first load, which no change caused. */
export function loadedEvents({
  plugin,
  version,
  restored,
  fingerprint,
}: { readonly plugin: string; readonly version: number } & Pick<
  ReloadResult,
  'restored' | 'fingerprint'
>): readonly UnstampedEvent[] {
  const files = fingerprint !== undefined && { fingerprint };
  return afterState(plugin, restored, { _tag: 'Loaded', plugin, version, changes: [], ...files });
}

/** The event of a reload that failed. The fingerprint of what was tried is that of its error. */
export function failedEvent(
  plugin: string,
  error: ReloadError,
  rest: {
    readonly stillServing: number | null;
    readonly willRetry: boolean;
    readonly changes: readonly number[];
  },
): UnstampedEvent {
  const { fingerprint } = error;
  const files = typeof fingerprint === 'string' && { fingerprint };
  return { _tag: 'ReloadFailed', plugin, error, ...rest, ...files };
}

/**
 * The events of a reload that a person requested. Such a reload is never retried, and ends no change.
 *
 * @param serving - The version that answers calls now; 0 when none does.
 */
export function orderedReloadEvents(
  plugin: string,
  serving: number,
  outcome: Either<ReloadError, ReloadResult>,
): readonly UnstampedEvent[] {
  if (!isLeft(outcome)) return outcomeEvents(plugin, outcome.right, []);
  const stillServing = serving === 0 ? null : serving;
  return [failedEvent(plugin, outcome.left, { stillServing, willRetry: false, changes: [] })];
}

function afterState(
  plugin: string,
  restored: ReloadResult['restored'],
  served: UnstampedEvent,
): readonly UnstampedEvent[] {
  return restored ? [{ _tag: 'StateRestored', plugin, ...restored }, served] : [served];
}
