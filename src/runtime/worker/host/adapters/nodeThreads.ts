import { atTurnEnd, every, later } from '../../../adapters/eventLoop.js';
import { memoryBesideThisThreadBytes } from '../../../adapters/memory.js';
import type { WorkerPorts } from '../WorkerPorts.js';
import { workerProgram } from '../workerProgram.js';
import { WorkerThread } from './WorkerThread.js';

/** The threads, the clock and the memory of this process. */
export const nodeThreads: WorkerPorts = {
  threads: async () => {
    const program = await workerProgram();
    return (order) => new WorkerThread({ program, ...order });
  },
  clock: { later, every, atTurnEnd },
  besideHostBytes: memoryBesideThisThreadBytes,
};
