import { NEVER, Subject, VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import { withMissedSaves } from '../../../src/pipeline/watchPlugins.js';
import type { StaleFile } from '../../../src/runtime/code/staleFiles.js';

const event = (path: string, batch: number): WatchEvent => ({
  _tag: 'Modified',
  path,
  kind: 'file',
  atMs: 5,
  batch,
});

function start(stale: readonly StaleFile[][]) {
  const asked: (readonly string[])[] = [];
  const source$ = new Subject<WatchEvent>();
  const subscriptions: ((paths: readonly string[]) => void)[] = [];
  const runtime = {
    staleFiles: (paths: readonly string[]) => {
      asked.push(paths);
      return stale[asked.length - 1] ?? [];
    },
    attempts$: NEVER,
    changedSince: () => [],
  };
  const whole$ = withMissedSaves(runtime, new VirtualTimeScheduler(), (onWatching) => {
    subscriptions.push(onWatching);
    return source$;
  });
  const events: WatchEvent[] = [];
  whole$.subscribe((each) => events.push(each));
  return { asked, source$, whole$, events, subscriptions, watching: subscriptions[0]! };
}

it('checks only the paths that are new to the watch', () => {
  const { asked, watching } = start([]);
  watching(['/p']);
  watching(['/p', '/h.ts']);
  watching(['/p']);
  watching(['/p', '/h.ts']);
  expect(asked).toEqual([['/p'], ['/h.ts'], [], ['/h.ts']]);
});

it('checks all paths again for a second subscription', () => {
  const { asked, watching, whole$, subscriptions } = start([]);
  watching(['/p']);
  whole$.subscribe();
  subscriptions[1]!(['/p']);
  expect(asked).toEqual([['/p'], ['/p']]);
});

it('reports missed saves in a batch of their own, and numbers later batches after it', () => {
  const { source$, events, watching } = start([
    [],
    [
      { path: '/h.ts', change: 'Modified' },
      { path: '/i.ts', change: 'Created' },
    ],
  ]);
  source$.next(event('/a', 1));
  watching(['/p']);
  watching(['/p', '/h.ts', '/i.ts']);
  source$.next(event('/b', 2));
  source$.next(event('/c', 2));
  source$.next(event('/d', 3));
  expect(events).toEqual([
    event('/a', 1),
    { _tag: 'Modified', path: '/h.ts', kind: 'file', atMs: 0, batch: 2 },
    { _tag: 'Created', path: '/i.ts', kind: 'file', atMs: 0, batch: 2 },
    event('/b', 3),
    event('/c', 3),
    event('/d', 4),
  ]);
});
