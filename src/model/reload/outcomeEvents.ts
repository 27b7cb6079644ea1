import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import type { ReloadError } from './ReloadError.js';
import type { UnstampedEvent } from './ReloadEvent.js';
import type { ReloadResult } from './ReloadTarget.js';

/**
 * The events that end a successful reload: `Unchanged`, `Loaded` when nothing served before, or `Reloaded`.
 * `StateRestored` comes first when the new version received a state, because the version received it before it served.
 */
export function outcomeEvents(
  plugin: string,
  { from, to, stageMs, restored }: ReloadResult,
): readonly UnstampedEvent[] {
  if (from === to) return [{ _tag: 'Unchanged', plugin }];
  return from === 0
    ? loadedEvents({ plugin, version: to, ...(restored && { restored }) })
    : afterState(plugin, restored, { _tag: 'Reloaded', plugin, from, to, stageMs });
}

/** The events of a successful first load. */
export function loadedEvents({
  plugin,
  version,
  restored,
}: { readonly plugin: string; readonly version: number } & Pick<
  ReloadResult,
  'restored'
>): readonly UnstampedEvent[] {
  return afterState(plugin, restored, { _tag: 'Loaded', plugin, version });
}

/**
 * The events of a reload that a person requested. Such a reload is never retried.
 *
 * @param serving - The version that answers calls now; 0 when none does.
 */
export function orderedReloadEvents(
  plugin: string,
  serving: number,
  outcome: Either<ReloadError, ReloadResult>,
): readonly UnstampedEvent[] {
  if (!isLeft(outcome)) return outcomeEvents(plugin, outcome.right);
  const stillServing = serving === 0 ? null : serving;
  return [{ _tag: 'ReloadFailed', plugin, error: outcome.left, stillServing, willRetry: false }];
}

function afterState(
  plugin: string,
  restored: ReloadResult['restored'],
  served: UnstampedEvent,
): readonly UnstampedEvent[] {
  return restored ? [{ _tag: 'StateRestored', plugin, ...restored }, served] : [served];
}
