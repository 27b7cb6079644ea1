import type { ReloadCause, ReloadEvent } from '../../../model/reload/ReloadEvent.js';
import type { RunObserver } from '../observe/RunObserver.js';
import type { CheckContext } from './shared/CheckContext.js';
import { isFailedWayBack } from './shared/ofAttempts.js';
import type { Swaps } from './shared/Swaps.js';

type Event<Tag extends ReloadEvent['_tag']> = Extract<ReloadEvent, { readonly _tag: Tag }>;

/** What the events of a plugin have said so far. */
interface Facts {
  /** How many changes were detected: the number of the next one. Undefined while no change had a number, as in a pipeline of a user's own. */
  nextNumber: number | undefined;
  /** Numbers of the changes that have not come to an end. */
  readonly open: Set<number>;
  /** The changes of the failure that said it will be retried; undefined when an attempt has started since, or when they were superseded. */
  retryDue: readonly number[] | undefined;
  isHalfOpen: boolean;
}

/**
 * Invariant 7 by numbers: the facts in the events agree with each other.
 *
 * - the changes of a plugin are counted from 0 without a gap, and each number is in exactly one end
 * - an attempt is for changes that are open; so is a failure that will be retried
 * - a change is superseded by one that was detected after it
 * - a cause fits what came before: a first attempt for a change, an attempt after a failure for a retry, a half-open breaker for a probe
 */
export function checkFacts({ setup, report }: CheckContext, swaps: Swaps): RunObserver {
  const byPlugin = new Map<string, Facts>();
  const factsOf = (plugin: string): Facts => {
    const facts = byPlugin.get(plugin) ?? {
      nextNumber: undefined,
      open: new Set(),
      retryDue: undefined,
      isHalfOpen: false,
    };
    byPlugin.set(plugin, facts);
    return facts;
  };
  const wrong = (plugin: string, what: string) => report.violated(7, `${plugin}: ${what}`);

  const detect = (facts: Facts, event: Event<'ChangeDetected'>) => {
    const { plugin, change, count = 0, kinds = [], afterFlushMs = 0, closedBy } = event;
    if (change === undefined) return;
    if (change !== (facts.nextNumber ?? 0)) {
      wrong(plugin, `change ${change} was detected, the next number is ${facts.nextNumber ?? 0}`);
    }
    facts.nextNumber = change + 1;
    facts.open.add(change);
    if (count < kinds.length || kinds.length === 0) {
      wrong(plugin, `change ${change} is of ${count} events, and of the kinds ${kinds.join(', ')}`);
    }
    if (afterFlushMs < 0) wrong(plugin, `change ${change} came ${afterFlushMs} ms after a flush`);
    if (closedBy === 'leading' && !setup.isLeading) wrong(plugin, 'a window is not leading');
  };
  const requireOpen = (
    facts: Facts,
    event: ReloadEvent & { readonly changes?: readonly number[] },
  ) => {
    const { plugin, _tag, changes } = event;
    if (facts.nextNumber === undefined) return;
    if (changes === undefined) wrong(plugin, `${_tag} does not say which changes it concerns`);
    const closed = changes?.find((number) => !facts.open.has(number));
    if (closed !== undefined) wrong(plugin, `${_tag} concerns change ${closed}, which is not open`);
  };
  const end = (facts: Facts, event: ReloadEvent & { readonly changes?: readonly number[] }) => {
    requireOpen(facts, event);
    for (const number of event.changes ?? []) facts.open.delete(number);
  };
  const start = (facts: Facts, event: Event<'ReloadStarted'>) => {
    requireOpen(facts, event);
    const { plugin, cause, changes = [], queuedMs = 0 } = event;
    if (queuedMs < 0) wrong(plugin, 'an attempt waited for less than 0 ms');
    const wanted = swaps.has(event) ? SWAP_CAUSES : causeWanted(facts, event);
    if (cause !== undefined && !wanted.includes(cause)) {
      wrong(plugin, `attempt ${event.attempt} has the cause ${cause}, not ${wanted.join(' or ')}`);
    }
    if (cause === 'change' && changes.length === 0) {
      wrong(plugin, 'an attempt for a change names none');
    }
    if (cause !== undefined) report.count(`cause: ${cause}`);
    // A change goes on waiting for its retry beside a swap.
    if (!swaps.has(event)) facts.retryDue = undefined;
  };
  const supersede = (facts: Facts, event: Event<'Superseded'>) => {
    const { plugin, by, changes = [] } = event;
    end(facts, event);
    // Also a change is superseded that waits for its first attempt, beside one that waits for a retry.
    if (changes.some((number) => facts.retryDue?.includes(number))) facts.retryDue = undefined;
    if (by === undefined || facts.nextNumber === undefined) return;
    if (by >= facts.nextNumber || changes.some((number) => number >= by)) {
      wrong(plugin, `change ${by} cannot supersede ${changes.join(', ')}`);
    }
  };

  return {
    pipelineSubscribed: () => byPlugin.clear(),
    hostEnding: () => byPlugin.clear(),
    eventEmitted: (event) => {
      const facts = factsOf(event.plugin);
      switch (event._tag) {
        case 'ChangeDetected':
          detect(facts, event);
          break;
        case 'ReloadStarted':
          start(facts, event);
          break;
        case 'BreakerChanged':
          facts.isHalfOpen = event.to === 'half-open';
          break;
        case 'Superseded':
          supersede(facts, event);
          break;
        case 'ReloadFailed':
          if (isFailedWayBack(event)) break;
          if (event.willRetry) requireOpen(facts, event);
          else end(facts, event);
          if (swaps.has(event)) break;
          facts.retryDue = event.willRetry ? (event.changes ?? []) : undefined;
          break;
        case 'Loaded':
        case 'Reloaded':
        case 'Unchanged':
        case 'Removed':
          end(facts, event);
          break;
        default:
      }
    },
    quietReached: () => {
      for (const [plugin, { open }] of byPlugin) {
        if (open.size > 0) wrong(plugin, `no event ends the changes ${[...open].join(', ')}`);
      }
    },
  };
}

const SWAP_CAUSES: readonly ReloadCause[] = ['order', 'restart'];

/** What an attempt can have been started for, after all that was told before. An order needs nothing before it. */
function causeWanted(
  { retryDue, isHalfOpen }: Facts,
  { attempt }: Event<'ReloadStarted'>,
): readonly ReloadCause[] {
  if (isHalfOpen) return ['probe'];
  if (attempt > 1) return retryDue === undefined ? [] : ['retry'];
  // A first load that will be retried is of no change, and its retry is the first attempt of the pipeline.
  const isFirstRetry = retryDue?.length === 0;
  return ['change', 'order', 'dependency', 'restart', ...(isFirstRetry ? ['retry' as const] : [])];
}
