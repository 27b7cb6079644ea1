import { isRight } from 'fp-ts/lib/Either.js';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { nodeThreads } from '../../../src/runtime/worker/host/adapters/nodeThreads.js';
import type { PluginThread, WorkerPorts } from '../../../src/runtime/worker/host/WorkerPorts.js';
import { pluginFolders, right, startRuntime } from './pluginFolders.js';

const CODE = 'export const value = () => 1;';
const COUNT = 20;

/** Node's threads; `change` may change each, by its number from 0. */
function watchedThreads(
  change: (thread: PluginThread, number: number) => PluginThread = (thread) => thread,
) {
  const seen = { starting: 0, most: 0, made: 0, running: 0 };
  const ports: WorkerPorts = {
    ...nodeThreads,
    threads: async () => {
      const start = await nodeThreads.threads();
      return (order) => {
        seen.starting += 1;
        seen.running += 1;
        seen.most = Math.max(seen.most, seen.starting);
        const onEnd = (reason: string) => {
          seen.running -= 1;
          order.onEnd(reason);
        };
        const thread = change(start({ ...order, onEnd }), seen.made);
        seen.made += 1;
        void thread.started.then(() => (seen.starting -= 1));
        return thread;
      };
    },
  };
  return { ports, seen };
}

function manyInThreads(count: number) {
  const folders = pluginFolders();
  for (let n = 0; n < count; n += 1) {
    folders.plugin(`p${String(n).padStart(2, '0')}`, { 'index.ts': CODE }, 'mode = "worker"');
  }
  return folders;
}

describe('threads of many plugins', () => {
  test.each([
    [8, {}],
    [2, { maxStartingCount: 2 }],
    [1, { maxStartingCount: 1 }],
  ])('%i of them start at the same time, with the options %o', async (most, worker) => {
    const folders = manyInThreads(COUNT);
    const { ports, seen } = watchedThreads();
    const { runtime } = startRuntime({ threads: ports, worker });
    right(await runtime.loadDirectory(folders.dir)()).map(right);

    expect(seen.most).toBe(most);
    for (const { plugin } of runtime.plugins()) expect(await runtime.call(plugin, 'value')).toBe(1);
    // One for each plugin, and at most one spare.
    expect(seen.running).toBeLessThanOrEqual(COUNT + 1);
    await runtime.close();
    expect(seen.running).toBe(0);
  });

  test('no spare is started and thrown away while many plugins load', async () => {
    const folders = manyInThreads(COUNT);
    const { ports, seen } = watchedThreads();
    const { runtime } = startRuntime({ threads: ports });
    right(await runtime.loadDirectory(folders.dir)()).map(right);
    expect(seen.made).toBeLessThanOrEqual(COUNT + 1);
  });

  test('the wait for a turn counts for no deadline: what waits behind a thread that never starts is loaded', async () => {
    const folders = manyInThreads(2);
    let letGo = () => {};
    const released = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const { ports } = watchedThreads((thread, number) => {
      if (number > 0) return thread;
      return {
        port: { postMessage: () => {}, on: () => {}, unref: () => {} },
        pulse: thread.pulse,
        started: released,
        holdsProcess: () => {},
        terminate: () => thread.terminate().finally(letGo),
      };
    });
    const scheduler = new VirtualTimeScheduler(undefined, 11_000);
    const { runtime } = startRuntime({
      threads: ports,
      scheduler,
      worker: { maxStartingCount: 1, spare: 'none' },
    });
    const loading = runtime.loadDirectory(folders.dir)();
    let isOver = false;
    void loading.then(() => (isOver = true));
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      // The deadlines of the first: 5 s for the start of its thread, and 5 s for its load. Those of the second end later.
      scheduler.flush();
    }
    const loads = right(await loading);
    expect(loads.map(isRight)).toEqual([false, true]);
    expect(loads[0]).toMatchObject({ left: { _tag: 'TimedOut', phase: 'load' } });
  });
});
