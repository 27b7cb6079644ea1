import { Subject } from 'rxjs';
import {
  type HotReloadOptions,
  hotReload,
  type ReloadEvent,
  type WatchEvent,
} from '../../../src/index.js';
import { type FakeReload, fakeTarget, VirtualTime } from '../../../src/testing/index.js';

export interface Attempt {
  readonly atMs: number;
  /** Saves seen so far: the number of the newest content. */
  readonly content: number;
  readonly run: number;
}

export interface SavedPlugin {
  readonly events: readonly ReloadEvent[];
  /** When each attempt began, and which content was on disk by then. */
  readonly attempts: readonly Attempt[];
  of<Tag extends ReloadEvent['_tag']>(tag: Tag): readonly Extract<ReloadEvent, { _tag: Tag }>[];
  /** When a version first served after this time; Infinity for never. */
  servedAfterMs(atMs: number): number;
}

const SERVED = new Set(['Loaded', 'Reloaded']);

/** Saves one plugin at these times, in virtual time; `reload` says how an attempt goes, by the content that it finds. */
export function savePlugin(
  savesAtMs: readonly number[],
  reload: (attempt: Attempt) => FakeReload,
  { untilMs, ...options }: Partial<HotReloadOptions> & { readonly untilMs: number },
): SavedPlugin {
  const time = new VirtualTime();
  const source$ = new Subject<WatchEvent>();
  const events: ReloadEvent[] = [];
  const attempts: Attempt[] = [];
  let content = 0;
  const target = fakeTarget({
    scheduler: time,
    reload: (_, run) => {
      const attempt = { atMs: time.elapsedMs, content, run };
      attempts.push(attempt);
      return reload(attempt);
    },
  });
  const running = hotReload({
    ...options,
    source$,
    target,
    scheduler: time,
    random: () => 0.5,
  }).subscribe((event) => events.push(event));
  for (const atMs of savesAtMs) {
    time.schedule(() => {
      content += 1;
      source$.next({
        _tag: 'Modified',
        path: '/plugins/a/index.ts',
        kind: 'file',
        atMs,
        batch: content,
      });
    }, atMs);
  }
  while (time.nextDueMs <= untilMs) time.runNext();
  running.unsubscribe();
  return {
    events,
    attempts,
    of: (tag) =>
      events.filter(
        (event): event is Extract<ReloadEvent, { _tag: typeof tag }> => event._tag === tag,
      ),
    servedAfterMs: (atMs) =>
      events.find((event) => event.atMs >= atMs && SERVED.has(event._tag))?.atMs ?? Infinity,
  };
}
