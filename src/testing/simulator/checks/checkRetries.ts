import type { ReloadError } from '../../../model/reload/ReloadError.js';
import type { ReloadEvent } from '../../../model/reload/ReloadEvent.js';
import type { RunObserver } from '../observe/RunObserver.js';
import type { CheckContext } from './shared/CheckContext.js';

/** Failures that no further attempt at the same files can cure. Named here again, so that the pipeline's list is compared with it. */
const FINAL: ReadonlySet<string> = new Set([
  'CompilationFailed',
  'ManifestInvalid',
  'ManifestNotFound',
  'ExportMissing',
  'ApiVersionMismatch',
  'NameTaken',
  'CapabilitiesNotApproved',
  'VersionSuspect',
  'ProbationFailed',
  'Aborted',
]);

/** Failures of code that ran: with `retryUnchanged: false` they are given up when they repeat. */
const OF_CODE: ReadonlySet<string> = new Set([
  'EvaluationFailed',
  'LifecycleFailed',
  'HealthCheckFailed',
]);

/** Whether a failure is one that no breaker counts: only other content cures it, or another plugin. */
export function isUncounted({ _tag }: ReloadError): boolean {
  return FINAL.has(_tag);
}

/** Whether a failure is never retried. A plugin that waits for one that is about to serve tries again. */
function isFinal(error: ReloadError): boolean {
  const isWaiting = 'awaits' in error && error.awaits !== undefined;
  return FINAL.has(error._tag) && !isWaiting;
}

/** What is known of the change of a plugin that is attempted now. */
interface Retries {
  /** Changes that have not come to an end: above 1, a newer one waits. */
  openCount: number;
  /** The number of the attempt that was made last; 0 before the first. */
  attempt: number;
  previous: ReloadError | undefined;
  /** Whether nothing but changes was told of the plugin yet: what fails then is its first load. */
  isFirst: boolean;
}

/**
 * Invariant 26: a failure is retried exactly when another attempt can help. Not when only other content cures it or the target
 * is closed, not when a newer change waits, not when code failed in the same words twice and `retryUnchanged` is false; in
 * every other case until `maxRetries` are used up. Of first loads, exactly those are retried that a disk has failed.
 */
export function checkRetries({ setup, report }: CheckContext): RunObserver {
  const byPlugin = new Map<string, Retries>();
  const retriesOf = (plugin: string): Retries => {
    const known = byPlugin.get(plugin);
    if (known !== undefined) return known;
    const made: Retries = { openCount: 0, attempt: 0, previous: undefined, isFirst: true };
    byPlugin.set(plugin, made);
    return made;
  };
  /** `count`: the changes that end. An attempt for a dependency ends none. */
  const end = (retries: Retries, count = 1) => {
    retries.openCount -= count;
    retries.attempt = 0;
  };
  const reasonToStop = (
    retries: Retries,
    error: ReloadError,
    count: number,
  ): string | undefined => {
    const isSame =
      error._tag === retries.previous?._tag && error.message === retries.previous.message;
    if (retries.openCount > count) return 'a newer change waits';
    if (isFinal(error)) return `${error._tag} is final`;
    if (!setup.retryUnchanged && isSame && OF_CODE.has(error._tag)) return 'the code failed again';
    return retries.attempt > setup.maxRetries ? 'its retries are used up' : undefined;
  };
  /** Of a first load, only what a disk has done is tried again. */
  const onFirstFailure = ({
    plugin,
    error,
    willRetry,
  }: Extract<ReloadEvent, { readonly _tag: 'ReloadFailed' }>) => {
    const isCurable = error._tag === 'Io' && setup.maxRetries > 0;
    if (isCurable) report.count('a first load that a disk failed is retried');
    if (willRetry === isCurable) return;
    const told = willRetry ? 'will be retried' : 'was given up';
    report.violated(26, `${plugin}: its first load ended in ${error._tag} and ${told}`);
  };
  const onFailure = (
    retries: Retries,
    event: Extract<ReloadEvent, { readonly _tag: 'ReloadFailed' }>,
  ) => {
    const { plugin, error, willRetry, changes } = event;
    const count = changes?.length ?? 1;
    if (error._tag === 'CircuitOpen') {
      if (!willRetry) end(retries, count);
      return;
    }
    if (retries.attempt === 0) {
      if (retries.isFirst) onFirstFailure(event);
      return;
    }
    const reason = reasonToStop(retries, error, count);
    const attempt = `${plugin}: attempt ${retries.attempt} ended in ${error._tag}`;
    if (willRetry && reason !== undefined) {
      report.violated(26, `${attempt} and will be retried, although ${reason}`);
    }
    if (!willRetry && reason === undefined) {
      report.violated(26, `${attempt} and was given up, although another one may succeed`);
    }
    if (!willRetry) report.count(`given up: ${reason ?? 'no reason'}`);
    retries.previous = error;
    if (!willRetry) end(retries, count);
  };
  const forget = () => byPlugin.clear();

  return {
    pipelineSubscribed: forget,
    hostEnding: forget,
    eventEmitted: (event) => {
      if (event.plugin === '') return;
      const retries = retriesOf(event.plugin);
      switch (event._tag) {
        case 'ChangeDetected':
          retries.openCount += 1;
          break;
        case 'ReloadStarted':
          retries.attempt = event.attempt;
          if (event.attempt === 1) retries.previous = undefined;
          break;
        case 'ReloadFailed':
          onFailure(retries, event);
          break;
        case 'Superseded':
          // Of a change that waited for a retry, or of one that waited for its first attempt beside it.
          retries.openCount -= event.changes?.length ?? 1;
          break;
        case 'Loaded':
        case 'Reloaded':
        case 'Unchanged':
        case 'Removed':
          if (retries.attempt > 0) end(retries, event.changes?.length);
          break;
        default:
      }
      if (event._tag !== 'ChangeDetected') retries.isFirst = false;
    },
  };
}
