import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { ReloadResult } from '../../model/reload/ReloadTarget.js';

/** A reload that no change of a file ordered, as events. `version` serves now, 0 for none. */
export function orderedReload(
  plugin: string,
  version: number,
  reloaded: E.Either<ReloadError, ReloadResult>,
): readonly UnstampedEvent[] {
  if (E.isLeft(reloaded)) {
    const stillServing = version === 0 ? null : version;
    const error = reloaded.left;
    return [{ _tag: 'ReloadFailed', plugin, error, stillServing, willRetry: false }];
  }
  const { from, to, stageMs, restored } = reloaded.right;
  if (from === to) return [{ _tag: 'Unchanged', plugin }];
  return [
    ...(restored === undefined ? [] : [{ _tag: 'StateRestored' as const, plugin, ...restored }]),
    { _tag: 'Reloaded', plugin, from, to, stageMs },
  ];
}
