import { parentPort } from 'node:worker_threads';
import { askHost } from '../wire/questions.js';
import type { HostLine } from '../wire/ThreadPorts.js';
import type { WorkerStart } from '../wire/workerProtocol.js';
import { threadPorts } from './adapters/threadPorts.js';
import { rehearse } from './rehearse.js';
import { serveHost } from './serveHost.js';

const { argv } = process;

// The program of a worker's thread. The host's port comes in a message, so that a plugin cannot reach it. Then the parent's port is
// closed, so that messages that a plugin posts there, even a million, go nowhere.
parentPort?.once('message', (start: WorkerStart) => {
  // Deno has threads, but not all of this.
  if (parentPort === null || !('close' in parentPort)) {
    throw new Error(
      'mode = "worker" needs the worker threads of Node or Bun, which this program does not have; run the plugin in process',
    );
  }
  parentPort.postMessage('started');
  parentPort.close();
  argv.splice(0, argv.length, ...start.argv);
  const { port, questions } = start;
  const line: HostLine = {
    ...start,
    listen: (listener) => port.on('message', listener),
    ask: (question) => askHost(questions, question),
  };
  serveHost(line, threadPorts, (modules) => rehearse(modules, threadPorts));
});
