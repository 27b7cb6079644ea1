import { getHeapStatistics } from 'node:v8';
import { every } from '../../adapters/machine.js';
import { stackTraces } from '../../../modules/stacks/stackTraces.js';
import { BatchedPort } from '../wire/BatchedPort.js';
import { encodeThrown } from '../wire/thrown.js';
import { rehearse } from './rehearse.js';
import { WorkerCalls } from './WorkerCalls.js';
import { WorkerModules } from './WorkerModules.js';
import { WorkerPlugin } from './WorkerPlugin.js';
import type { Batch, HostCommand, WorkerNotice, WorkerStart } from '../wire/workerProtocol.js';

/** Between two beats; a timer that throws without end is told of in moderation. */
const MAX_REPORTS_COUNT = 50;

/** The worker's side: does what the host asks, in the order in which it asks. */
export function serveHost(start: WorkerStart): void {
  const out = new BatchedPort(start.port);
  const notify = (notice: WorkerNotice) => out.post(notice);
  let rehearsal: Promise<void> | undefined;
  let reports = 0;
  const modules = new WorkerModules(start.questions);
  const plugin = new WorkerPlugin({
    modules,
    wantFile: (path) => notify({ kind: 'wantsFile', path }),
    onError(error) {
      reports += 1;
      if (reports <= MAX_REPORTS_COUNT) notify({ kind: 'reported', error: encodeThrown(error) });
    },
  });
  const calls = new WorkerCalls(plugin, out);

  const obey = (command: HostCommand): void => {
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
        calls.abort(command.signal, command.reason);
        break;
      case 'forget':
        calls.forget(command.signals);
        break;
      case 'preload':
        void plugin.preload(command.order);
        rehearsal ??= rehearse(modules);
        break;
      case 'added':
        plugin.addFiles(command.files);
        break;
    }
  };

  if (start.hasStackTraces) stackTraces.use();
  start.port.on('message', (message: Batch | HostCommand) => {
    if ('kind' in message) obey(message);
    else calls.callAll(message);
    out.flush();
  });
  const beat = () => {
    reports = 0;
    const { external_memory: bufferBytes, used_heap_size: heapBytes } = getHeapStatistics();
    start.pulse[1] = bufferBytes;
    start.pulse[2] = heapBytes;
    start.pulse[0] = (start.pulse[0] ?? 0) + 1;
  };
  every(start.beatEveryMs, beat);
  beat();
}
