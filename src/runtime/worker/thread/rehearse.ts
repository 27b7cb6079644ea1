import { noTalk } from '../../instances/PluginTalk.js';
import { BatchedPort } from '../wire/BatchedPort.js';
import type { ThreadPorts } from '../wire/ThreadPorts.js';
import type { SentModule } from '../wire/workerProtocol.js';
import { WorkerCalls } from './WorkerCalls.js';
import type { WorkerModules } from './WorkerModules.js';
import { WorkerPlugin } from './WorkerPlugin.js';

/** V8 compiles a function at its first run, and learns the types of its arguments in the next few. */
const RUNS_COUNT = 3;

const ENTRY = '/hotpipe-rehearsal.js';

/** A module whose text differs per run, so that it is compiled in each. */
const moduleOfRun = (run: number): SentModule => ({
  path: ENTRY,
  hash: String(run),
  resolutions: new Map(),
  requires: new Map(),
  outline: undefined,
  made: {
    kind: 'script',
    code: `"use strict";return (function*(){module$.export([()=>play]);yield;function play() { return ${run}; }\n})`,
    headLength: 0,
    parameters: ['module$', 'imports'],
    outline: {
      requests: [],
      imports: [],
      ownExports: [{ exported: 'play', local: 'play' }],
      passedExports: [],
      starExports: [],
      isAsync: false,
    },
    scriptName: 'hotpipe-rehearsal.js',
    comments: { url: 'file:///hotpipe-rehearsal.js' },
  },
});

/** Receives the answers of the rehearsal. */
const nobody = { postMessage: () => undefined };

/**
 * Loads, calls and ends a plugin of our own, while nobody waits for the worker. Then the code that loads and calls plugins has run and
 * is compiled, and neither a swap nor the first call after it waits for that.
 *
 * @source measured: bench/reload/worker.md
 */
export async function rehearse(
  modules: WorkerModules,
  { files, timers, atTurnEnd }: ThreadPorts,
): Promise<void> {
  for (let run = 0; run < RUNS_COUNT; run += 1) {
    const silent = () => undefined;
    const ports = { modules, files, timers, talk: noTalk, wantFile: silent, onError: silent };
    const plugin = new WorkerPlugin(ports);
    const out = new BatchedPort(nobody, atTurnEnd);
    const calls = new WorkerCalls(plugin, out);
    const order = {
      plugin: '',
      version: 0,
      entry: ENTRY,
      exports: ['play'],
      modules: [moduleOfRun(run)],
    };
    await calls.load(1, order);
    calls.callAll([2, 'play', 1, run]);
    await calls.lifecycle(3, 'start', []);
    await calls.dispose(4);
    out.flush();
  }
}
