import { AsyncResource } from 'node:async_hooks';
import { getHeapStatistics } from 'node:v8';
import { stackTraces } from '../../../modules/evaluateGraph.js';
import { every } from '../../adapters/eventLoop.js';
import { BatchedPort } from '../wire/BatchedPort.js';
import { encodeThrown } from '../wire/thrown.js';
import type { Batch, HostCommand, WorkerNotice, WorkerStart } from '../wire/workerProtocol.js';
import { rehearse } from './rehearse.js';
import { WorkerCalls } from './WorkerCalls.js';
import { WorkerModules } from './WorkerModules.js';
import { WorkerPlugin } from './WorkerPlugin.js';
import { WorkerTalk } from './WorkerTalk.js';

/** The most error reports between two beats. Without a limit, a timer that throws at each run would flood the host. */
const MAX_REPORTS_COUNT = 50;

/** The worker's side of the protocol: carries out the host's calls and commands in their order. */
export function serveHost(start: WorkerStart): void {
  const out = new BatchedPort(start.port);
  const notify = (notice: WorkerNotice) => out.post(notice);
  /** Set by the first preload: a spare rehearses once. */
  let rehearsal: Promise<void> | undefined;
  /** Number of reports since the last beat. */
  let reportsCount = 0;
  const modules = new WorkerModules(start.questions);
  const talk = new WorkerTalk(notify);
  const plugin = new WorkerPlugin({
    modules,
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
        rehearsal ??= rehearse(modules);
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
  start.port.on('message', (message: Batch | HostCommand) => {
    // In a context of its own, as each call: Node 20 would keep what plugin code enters on the port, for all messages after it.
    if ('kind' in message)
      new AsyncResource('PluginCommand').runInAsyncScope(carryOut, undefined, message);
    else calls.callAll(message);
    out.flush();
  });
  const beat = () => {
    reportsCount = 0;
    const { external_memory: bufferBytes, used_heap_size: heapBytes } = getHeapStatistics();
    start.pulse[1] = bufferBytes;
    start.pulse[2] = heapBytes;
    // Last, so that a host that sees the new beat also sees the new sizes.
    start.pulse[0] = (start.pulse[0] ?? 0) + 1;
  };
  every(start.beatEveryMs, beat);
  beat();
}
