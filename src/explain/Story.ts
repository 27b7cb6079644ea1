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
 * In logs of older versions, changes have no numbers: there an event belongs to the newest change that has not ended.
 */
export function storiesOf(events: readonly ReloadEvent[]): readonly Story[] {
  const stories: Story[] = [];
  /** The changes that have not ended, by number. */
  const open = new Map<number, Story>();
  /** The story that an attempt without a change began. */
  let order: Story | undefined;
  let unnumbered = -1;
  const begin = (change: number | undefined, event: ReloadEvent) => {
    const story: Story = { change, events: [event] };
    stories.push(story);
    return story;
  };
  for (const event of events) {
    if (event._tag === 'ChangeDetected') {
      const change = event.change ?? unnumbered--;
      open.set(change, begin(change, event));
      continue;
    }
    const concerned = storiesThatConcern(event, open);
    if (concerned.length > 0) {
      for (const story of concerned) story.events.push(event);
      if (isEnd(event)) for (const { change = 0 } of concerned) open.delete(change);
    } else if (event._tag === 'ReloadStarted') order = begin(undefined, event);
    else if (order !== undefined && !STANDS_ALONE.has(event._tag)) {
      order.events.push(event);
      if (isEnd(event)) order = undefined;
    } else begin(undefined, event);
  }
  return stories;
}

/** These are about the plugin, whatever its files do meanwhile. */
const STANDS_ALONE: ReadonlySet<ReloadEvent['_tag']> = new Set<ReloadEvent['_tag']>([
  ...([
    'RolledBack',
    'Restarted',
    'Proven',
    'RestartNeeded',
    'WatchFailed',
    'WatchRecovered',
  ] as const),
]);

function storiesThatConcern(
  event: ReloadEvent,
  open: ReadonlyMap<number, Story>,
): readonly Story[] {
  if (STANDS_ALONE.has(event._tag)) return [];
  // A failure that is retried ends no change, so it names none.
  if (event._tag === 'ReloadFailed' && event.willRetry) return startedOf(open);
  if ('changes' in event) {
    return event.changes.flatMap((change) => open.get(change) ?? []);
  }
  if (event._tag === 'Superseded') return [...open.values()].slice(0, 1);
  return startedOf(open);
}

/** Those whose attempt is under way or will be repeated; where none has begun, the newest. */
function startedOf(open: ReadonlyMap<number, Story>): readonly Story[] {
  const all = [...open.values()];
  const started = all.filter(({ events }) => events.some(({ _tag }) => _tag === 'ReloadStarted'));
  return started.length > 0 ? started : all.slice(-1);
}

function isEnd(event: ReloadEvent): boolean {
  switch (event._tag) {
    case 'Loaded':
    case 'Reloaded':
    case 'Unchanged':
    case 'Superseded':
    case 'Removed':
      return true;
    case 'ReloadFailed':
      return !event.willRetry;
    default:
      return false;
  }
}
