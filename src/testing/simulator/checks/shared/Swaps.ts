import type { ReloadEvent } from '../../../../model/reload/ReloadEvent.js';
import type { RunObserver } from '../../observe/RunObserver.js';
import type { RunReport } from '../../observe/RunReport.js';
import type { CheckContext } from './CheckContext.js';
import { isFailedWayBack } from './ofAttempts.js';

/** How a swap may end. Going back and a restart have events of their own. */
const ENDS: ReadonlySet<string> = new Set([
  'RolledBack',
  'Restarted',
  'Reloaded',
  'Unchanged',
  'ReloadFailed',
]);
/** Of these, the events that also tell of attempts. */
const SHARED_ENDS: ReadonlySet<string> = new Set(['Reloaded', 'Unchanged', 'ReloadFailed']);

/**
 * Knows which events are of swaps: versions that are known already and come back by order, or after a crash. The pipeline does them in the turn
 * of their plugin, but they are no attempts: nothing is retried, and no breaker counts them.
 *
 * Invariant 1: no reload of a plugin starts before such a swap of it has told its end.
 */
export class Swaps implements RunObserver {
  readonly #report: RunReport;
  /** Plugins whose swap is under way. */
  readonly #underWay = new Set<string>();
  /** The event that is being looked at, if it is of a swap. */
  #event: ReloadEvent | undefined;

  constructor({ report }: Pick<CheckContext, 'report'>) {
    this.#report = report;
  }

  /** Whether an event starts or ends a swap, and no attempt. Asked while that event is looked at. */
  has(event: ReloadEvent): boolean {
    return this.#event === event;
  }

  /** Whether a swap of the plugin has not told its end. */
  isUnderWay(plugin: string): boolean {
    return this.#underWay.has(plugin);
  }

  pipelineSubscribed(): void {
    this.#underWay.clear();
  }

  hostEnding(): void {
    this.#underWay.clear();
  }

  eventEmitted(event: ReloadEvent): void {
    const { plugin, _tag } = event;
    this.#event = undefined;
    if (_tag === 'ReloadStarted') {
      if (this.#underWay.has(plugin)) {
        this.#report.violated(1, `${plugin}: a reload started in the middle of an order`);
      }
      const isSwap = event.cause === 'order' || event.cause === 'restart';
      if (!isSwap) return;
      this.#underWay.add(plugin);
      this.#event = event;
      return;
    }
    if (!this.#underWay.has(plugin) || !ENDS.has(_tag) || isFailedWayBack(event)) return;
    // A failure of a change has its number.
    if ('changes' in event && event.changes.length > 0) return;
    this.#underWay.delete(plugin);
    if (SHARED_ENDS.has(_tag)) this.#event = event;
  }
}

/** The check, without the events of swaps. */
export function withoutSwaps<A extends RunObserver>(swaps: Swaps, check: A): A {
  return {
    ...check,
    eventEmitted: (event: ReloadEvent) => {
      if (!swaps.has(event)) check.eventEmitted?.(event);
    },
  };
}
