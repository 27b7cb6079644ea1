import type { ModuleText } from '../../../modules/evaluateGraph.js';
import type { PluginFiles } from '../../../modules/files/PluginFiles.js';
import type { CompiledModule } from '../../../modules/ModuleGraph.js';
import type { TimerScheduler } from '../../instances/createContext.js';
import type { BatchedPort } from './BatchedPort.js';
import type { AskHost } from './questions.js';
import type { Batch, HostCommand, WorkerStart } from './workerProtocol.js';

/** The part of a module that says how it runs. */
export type Runnable = Pick<CompiledModule, 'outline' | 'makeBody' | 'commonjs' | 'json'>;

/** Makes a module runnable from the text that the host sent. */
export type MakeRunnable = (made: ModuleText, path: string) => Runnable;

/** What the program of a thread needs of its machine. */
export interface ThreadPorts {
  /** Runs `work` every `ms`, without keeping the thread alive. */
  readonly every: (ms: number, work: () => void) => unknown;
  /** Runs `work` at the end of this turn of the thread's event loop. */
  readonly atTurnEnd: BatchedPort['atTurnEnd'];
  /** The timers of `ctx`. */
  readonly timers: TimerScheduler;
  /** Where an import leads is looked up here when the host does not answer in time. */
  readonly files: PluginFiles;
  readonly memory: () => { readonly bufferBytes: number; readonly heapBytes: number };
  readonly makeRunnable: MakeRunnable;
}

/** The ends of the lines to the host, in the thread. */
export interface HostLine extends Pick<WorkerStart, 'pulse' | 'beatEveryMs' | 'hasStackTraces'> {
  /** Carries calls, commands and answers. */
  readonly port: BatchedPort['port'];
  /** Calls the listener with each message of the host, in their order. */
  readonly listen: (listener: (message: Batch | HostCommand) => void) => void;
  readonly ask: AskHost;
}
