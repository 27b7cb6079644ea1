import { right } from 'fp-ts/lib/Either.js';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { hotReload, type WatchEvent } from '../../../src/index.js';
import { createSemaphore } from '../../../src/model/concurrency.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { fakeTarget, VirtualTime } from '../../../src/testing/index.js';

const NAMES = Array.from({ length: 30 }, (_, n) => `p${n}`);
const WORK_MS = 60;
/** Enough for the work of one plugin, and not for that of two. */
const LIMIT_MS = 100;
const shared: WatchEvent = {
  _tag: 'Modified',
  path: '/shared.ts',
  kind: 'file',
  atMs: 0,
  batch: 1,
};

/** Saves a file that all plugins share, in a host that works on one plugin at a time. */
async function saveShared({ tellsWaits }: { readonly tellsWaits: boolean }) {
  const time = new VirtualTime();
  const source$ = new Subject<WatchEvent>();
  const events: ReloadEvent[] = [];
  const inTurn = createSemaphore(1, () => Promise.resolve());
  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      time.schedule(() => resolve(), ms);
    });
  let underWay = 0;
  let mostUnderWay = 0;
  const running = hotReload({
    source$,
    scheduler: time,
    random: () => 0.5,
    reloadTimeoutMs: LIMIT_MS,
    target: {
      ...fakeTarget({ scheduler: time }),
      pluginsOf: () => NAMES,
      reloadPlugin: (_, options) => async () => {
        underWay += 1;
        mostUnderWay = Math.max(mostUnderWay, underWay);
        await inTurn(() => wait(WORK_MS), tellsWaits ? options?.onWait : undefined);
        underWay -= 1;
        return right({ from: 1, to: 2, stageMs: {} });
      },
    },
  }).subscribe((event) => events.push(event));
  source$.next(shared);
  for (;;) {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
    if (time.nextDueMs > 60_000) break;
    time.runNext();
  }
  running.unsubscribe();
  const count = (tag: ReloadEvent['_tag']) => events.filter(({ _tag }) => _tag === tag).length;
  return { reloaded: count('Reloaded'), failed: count('ReloadFailed'), mostUnderWay };
}

describe('a save of a file that many plugins share', () => {
  it('reloads each of them once, also where each waits for longer than its deadline', async () => {
    expect(await saveShared({ tellsWaits: true })).toMatchObject({
      reloaded: NAMES.length,
      failed: 0,
    });
  });

  it('is a failure of plugins that only waited when the target does not say that they wait', async () => {
    const { failed } = await saveShared({ tellsWaits: false });
    expect(failed).toBeGreaterThan(0);
  });

  it('reloads eight at a time by default', async () => {
    const { mostUnderWay } = await saveShared({ tellsWaits: true });
    expect(mostUnderWay).toBe(8);
  });
});
