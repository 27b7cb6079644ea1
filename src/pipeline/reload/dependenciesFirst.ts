import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { catchError, defer, EMPTY, ignoreElements, type Observable, timeout } from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadTarget } from '../../model/reload/ReloadTarget.js';
import type { PipelineContext } from '../options/PipelineContext.js';

/** A target whose plugins may need each other. */
interface LoadsDependencies {
  loadDependencies(plugin: string): TaskEither<ReloadError, void>;
}

/**
 * Completes when the plugins that this one needs have been reloaded, as far as the target knows any. Their reloads are requests to this
 * same pipeline, so nothing may be held meanwhile that these need. Never errors: the attempt itself finds what is missing.
 */
export function dependenciesFirst(
  plugin: string,
  { target, reloadTimeoutMs, scheduler }: PipelineContext,
): Observable<never> {
  if (!loadsDependencies(target)) return EMPTY;
  return defer(() => target.loadDependencies(plugin)()).pipe(
    timeout({ first: reloadTimeoutMs, ...(scheduler && { scheduler }) }),
    ignoreElements(),
    catchError(() => EMPTY),
  );
}

function loadsDependencies(target: ReloadTarget): target is ReloadTarget & LoadsDependencies {
  return 'loadDependencies' in target && typeof target.loadDependencies === 'function';
}
