import { BatchedPort } from '../wire/BatchedPort.js';
import { WorkerCalls } from './WorkerCalls.js';
import type { WorkerModules } from './WorkerModules.js';
import { WorkerPlugin } from './WorkerPlugin.js';
import type { SentModule } from '../wire/workerProtocol.js';

/** The engine compiles a function when it first runs, and knows after a few runs what comes in. */
const TIMES = 3;

const ENTRY = '/hotpipe-rehearsal.js';

/** A text of its own each time, so that it is compiled each time. */
const play = (time: number): SentModule => ({
  path: ENTRY,
  hash: String(time),
  resolutions: new Map(),
  made: {
    kind: 'script',
    code: `Object.defineProperty(__vite_ssr_exports__, "play", { enumerable: true, configurable: true, get(){ return play } });\nfunction play() { return ${time}; }`,
    headLineCount: 0,
    scriptName: 'hotpipe-rehearsal.js',
  },
});

const nobody = { postMessage: () => undefined };

/**
 * Loads, calls and ends a plugin of our own, while nobody waits for the worker: no swap, and no first call after it, is to wait for
 * code that runs for the first time.
 *
 * @source measured: bench/reload/worker.md
 */
export async function rehearse(modules: WorkerModules): Promise<void> {
  for (let time = 0; time < TIMES; time += 1) {
    const ports = { modules, wantFile: () => undefined, onError: () => undefined };
    const plugin = new WorkerPlugin(ports);
    const out = new BatchedPort(nobody);
    const calls = new WorkerCalls(plugin, out);
    const order = {
      plugin: '',
      version: 0,
      entry: ENTRY,
      exports: ['play'],
      modules: [play(time)],
    };
    await calls.load(1, order);
    calls.callAll([2, 'play', 1, time]);
    await calls.lifecycle(3, 'start', []);
    await calls.dispose(4);
    out.flush();
  }
}
