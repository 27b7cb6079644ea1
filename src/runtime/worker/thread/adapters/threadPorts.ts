import { getHeapStatistics } from 'node:v8';
import { diskFiles } from '../../../../modules/adapters/diskFiles.js';
import {
  type ModuleText,
  runnableCommonjs,
  runnableModule,
  runsAsCommonjs,
} from '../../../../modules/evaluateGraph.js';
import { atTurnEnd, every } from '../../../adapters/eventLoop.js';
import type { Runnable, ThreadPorts } from '../../wire/ThreadPorts.js';
import { threadTimers } from './threadTimers.js';

/** The thread that this code runs in. */
export const threadPorts: ThreadPorts = {
  every,
  atTurnEnd,
  timers: threadTimers,
  files: diskFiles,
  memory() {
    const { external_memory: bufferBytes, used_heap_size: heapBytes } = getHeapStatistics();
    return { bufferBytes, heapBytes };
  },
  makeRunnable,
};

function makeRunnable(made: ModuleText): Runnable {
  if (made.kind === 'commonjs') {
    return { ...runsAsCommonjs, commonjs: runnableCommonjs(made, 'leave') };
  }
  const module = runnableModule(made, 'leave');
  return made.kind === 'json' ? { ...module, json: made.source } : module;
}
