import { endsAttempt } from '../model/reload/endsAttempt.js';
import type { ReloadEvent } from '../model/reload/ReloadEvent.js';

/** Events of one plugin that belong together, in order. */
export interface Story {
  /** The number of its change; undefined when no change caused it. */
  readonly change: number | undefined;
  readonly events: ReloadEvent[];
}

/**
 * Groups the events of one plugin into stories: one per change, from the change to its end, and one for all else that happens to it, such as
 * an order, a rollback or a restart. An event of several changes is in the story of each.
 *
 * In logs of older versions, changes have no numbers: there an event belongs to the attempt under way, or to the newest change.
 */
export function storiesOf(events: readonly ReloadEvent[]): readonly Story[] {
  const stories: Story[] = [];
  /** The changes that have not ended, by number. */
  const open = new Map<number, Story>();
  /** What the attempt under way is for, and what a failed one is tried again for; empty when nothing is. */
  let tried: readonly Story[] = [];
  let unnumbered = -1;
  const begin = (change: number | undefined): Story => {
    const story: Story = { change, events: [] };
    stories.push(story);
    if (change !== undefined) open.set(change, story);
    return story;
  };
  const storiesThatConcern = (event: ReloadEvent): readonly Story[] => {
    const changes = 'changes' in event ? event.changes : undefined;
    const named = (changes ?? []).flatMap((change) => open.get(change) ?? []);
    if (named.length > 0) return named;
    const isOrder = tried.some(({ change }) => change === undefined);
    if (STANDS_ALONE.has(event._tag) && !(isOrder && endsAttempt(event))) return [begin(undefined)];
    const isOfAttempt = event._tag !== 'ReloadStarted' || (isOrder && event.attempt > 1);
    if (tried.length > 0 && isOfAttempt) return tried;
    const waiting = [...open.values()];
    const guess = event._tag === 'Superseded' ? waiting.slice(0, 1) : waiting.slice(-1);
    return changes === undefined && guess.length > 0 ? guess : [begin(undefined)];
  };
  for (const event of events) {
    if (event._tag === 'ChangeDetected') {
      begin(event.change ?? unnumbered--).events.push(event);
      continue;
    }
    const concerned = storiesThatConcern(event);
    for (const story of concerned) story.events.push(event);
    const isTriedAgain = event._tag === 'ReloadFailed' && event.willRetry;
    if (event._tag === 'ReloadStarted') tried = concerned;
    if (isTriedAgain) continue;
    if (endsAttempt(event)) tried = [];
    if (!endsAttempt(event) && event._tag !== 'Superseded') continue;
    for (const { change } of concerned) if (change !== undefined) open.delete(change);
  }
  return stories;
}

/** These are about the plugin, whatever its files do meanwhile, unless an order has asked for them. */
const STANDS_ALONE: ReadonlySet<ReloadEvent['_tag']> = new Set<ReloadEvent['_tag']>([
  ...(['RolledBack', 'Restarted', 'Proven', 'RestartNeeded'] as const),
  ...(['WatchFailed', 'WatchRecovered'] as const),
]);
