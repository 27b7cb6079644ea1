import { parentPort } from 'node:worker_threads';
import { serveHost } from './serveHost.js';
import type { WorkerStart } from '../wire/workerProtocol.js';

const { argv } = process;

// What a worker's thread runs. The host's port comes by a message, so that a plugin cannot come by it; the parent's port is closed then:
// a million messages that a plugin posts there go nowhere.
parentPort?.once('message', (start: WorkerStart) => {
  parentPort?.close();
  argv.splice(0, argv.length, ...start.argv);
  serveHost(start);
});
