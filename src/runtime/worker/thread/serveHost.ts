import { AsyncResource } from 'node:async_hooks';
import { stackTraces } from '../../../modules/evaluateGraph.js';
import { BatchedPort } from '../wire/BatchedPort.js';
import type { HostLine, ThreadPorts } from '../wire/ThreadPorts.js';
import { encodeThrown } from '../wire/thrown.js';
import type { HostCommand, WorkerNotice } from '../wire/workerProtocol.js';
import { WorkerCalls } from './WorkerCalls.js';
import { WorkerModules } from './WorkerModules.js';
import { WorkerPlugin } from './WorkerPlugin.js';
import { WorkerTalk } from './WorkerTalk.js';

/** The most error reports between two beats. Without a limit, a timer that throws at each run would flood the host. */
const MAX_REPORTS_COUNT = 50;

/**
 * The worker's side of the protocol: carries out the host's calls and commands in their order.
 *
 * @param warmUp - Runs once, in a spare that waits for its plugin.
 */
export function serveHost(
  start: HostLine,
  ports: ThreadPorts,
  warmUp: (modules: WorkerModules) => Promise<void>,
): void {
  const { files, timers, makeRunnable, every, memory } = ports;
  const out = new BatchedPort(start.port, ports.atTurnEnd);
  const notify = (notice: WorkerNotice) => out.post(notice);
  /** Set by the first preload: a spare rehearses once. */
  let rehearsal: Promise<void> | undefined;
  /** Number of reports since the last beat. */
  let reportsCount = 0;
  const modules = new WorkerModules(start.ask, makeRunnable);
  const talk = new WorkerTalk(notify);
  const plugin = new WorkerPlugin({
    modules,
    files,
    timers,
    talk,
    wantFile: (path) => notify({ kind: 'wantsFile', path }),
    onError(error) {
      reportsCount += 1;
      if (reportsCount <= MAX_REPORTS_COUNT)
        notify({ kind: 'reported', error: encodeThrown(error) });
    },
  });
  const calls = new WorkerCalls(plugin, out);

  const carryOut = (command: HostCommand): void => {
    switch (command.kind) {
      case 'load':
        void calls.load(command.id, command.order);
        break;
      case 'lifecycle':
        void calls.lifecycle(command.id, command.name, command.args);
        break;
      case 'dispose':
        void calls.dispose(command.id);
        break;
      case 'hurry':
        calls.hurry();
        break;
      case 'call':
        calls.callWithSignals(command.id, command.call);
        break;
      case 'abort':
        calls.abort(command.signalId, command.reason);
        break;
      case 'forget':
        calls.forget(command.signalIds);
        break;
      case 'preload':
        void plugin.preload(command.order);
        rehearsal ??= warmUp(modules);
        break;
      case 'added':
        plugin.addFiles(command.files);
        break;
      case 'called':
        talk.called(command);
        break;
    }
  };

  if (start.hasStackTraces) stackTraces.use();
  start.listen((message) => {
    // In a context of its own, as each call: Node 20 would keep what plugin code enters on the port, for all messages after it.
    if ('kind' in message)
      new AsyncResource('PluginCommand').runInAsyncScope(carryOut, undefined, message);
    else calls.callAll(message);
    out.flush();
  });
  const beat = () => {
    reportsCount = 0;
    const { bufferBytes, heapBytes } = memory();
    start.pulse[1] = bufferBytes;
    start.pulse[2] = heapBytes;
    // Last, so that a host that sees the new beat also sees the new sizes.
    start.pulse[0] = (start.pulse[0] ?? 0) + 1;
  };
  every(start.beatEveryMs, beat);
  beat();
}
