import type { PluginFiles } from '../../../modules/files/PluginFiles.js';
import type { SeededRandom } from '../../../policies/SeededRandom.js';
import type {
  StartThread,
  WorkerClock,
  WorkerPorts,
} from '../../../runtime/worker/host/WorkerPorts.js';
import type { VirtualTime } from '../../../trace/virtual/VirtualTime.js';
import type { RunObserver } from '../observe/RunObserver.js';
import { decodeProgram, PART_FILE } from '../plugin/PluginProgram.js';
import {
  type InstanceObserver,
  simulatedPart,
  simulatedPlugin,
} from '../plugin/simulatedPlugin.js';
import { SimulatedThread } from './SimulatedThread.js';
import type { ThreadFate, ThreadMoment } from './threadFates.js';

interface ThreadsOptions {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly files: PluginFiles;
  /** Told of what the instances in the threads do. */
  readonly instances: InstanceObserver;
  readonly observer: Required<Pick<RunObserver, 'threadOver' | 'threadDeathTold'>>;
}

/** The threads of a simulated host, and what happens to them. */
export class SimulatedThreads implements WorkerPorts {
  readonly clock: WorkerClock;
  readonly #options: ThreadsOptions;
  readonly #live = new Set<SimulatedThread>();
  /** What waits for the next thread of a plugin at a moment, by both; the plugin is empty for a thread that starts. Each happens once. */
  readonly #fates = new Map<string, ThreadFate>();
  #startedCount = 0;

  constructor(options: ThreadsOptions) {
    const { time } = options;
    this.#options = options;
    this.clock = {
      later: (ms, work) => {
        const timer = time.schedule(work, ms);
        return () => timer.unsubscribe();
      },
      every: (ms, work) => {
        const timer = time.schedule(function again() {
          work();
          this.schedule(undefined, ms);
        }, ms);
        return () => timer.unsubscribe();
      },
      atTurnEnd: (work) => {
        time.schedule(work, 0);
      },
    };
  }

  /** The threads in which something can run. */
  get live(): readonly SimulatedThread[] {
    return [...this.#live];
  }

  readonly threads = (): Promise<StartThread> =>
    Promise.resolve((order) => {
      if (this.#fates.get(' start')?.kind === 'refused') {
        this.#fates.delete(' start');
        throw new Error('the machine refuses another thread');
      }
      const { time, random, files, instances, observer } = this.#options;
      this.#startedCount += 1;
      const thread = new SimulatedThread(this.#startedCount, order, {
        ...{ time, random, files },
        takeFate: (plugin, moment) => this.#takeFate(plugin, moment),
        makeModule: (made, path, source) => moduleOf(made, path, source, instances),
        onOver: (over) => {
          this.#live.delete(over);
          observer.threadOver(over.id, over.isKnownOver);
        },
        onTold: (over) => observer.threadDeathTold(over.id, over.plugin),
      });
      this.#live.add(thread);
      return thread;
    });

  besideHostBytes(): number {
    return 0;
  }

  /** Decides what happens to the next thread of a plugin that comes to this moment, or to those that run, when nothing has to come. */
  setFate(plugin: string, moment: ThreadMoment, fate: ThreadFate): void {
    if (moment !== 'idle') {
      this.#fates.set(`${moment === 'start' ? '' : plugin} ${moment}`, fate);
      return;
    }
    for (const thread of this.live) if (thread.plugin === plugin) thread.suffer(fate);
  }

  /** Ends all faults that have not come yet. A thread that is busy for ever stays so: its host must find that. */
  heal(): void {
    this.#fates.clear();
  }

  #takeFate(plugin: string, moment: ThreadMoment): ThreadFate | undefined {
    const key = `${plugin} ${moment}`;
    const fate = this.#fates.get(key);
    this.#fates.delete(key);
    return fate;
  }
}

/** The module of a file, as it runs in the thread. */
function moduleOf(
  thread: SimulatedThread,
  path: string,
  source: string,
  observer: InstanceObserver,
): ReturnType<typeof simulatedPart> {
  if (path.endsWith(`/${PART_FILE}`)) return simulatedPart(path, source);
  const program = decodeProgram(source);
  if (program === undefined) throw new Error(`${path} is no file of a simulated plugin`);
  thread.exitsAt = program.exitsAt;
  const plugin = path.split('/').at(-2) ?? '';
  const ofThread = whileAlive(thread, observer);
  const { timers } = thread.clock;
  return simulatedPlugin({
    ...{ path, source, plugin, program, timers, observer: ofThread, thread: thread.id },
  });
}

/** Promises of a thread that is over may still go on here. In a real one nothing does. */
function whileAlive(thread: SimulatedThread, observer: InstanceObserver): InstanceObserver {
  return {
    instanceEvaluated: (instance) => thread.isOver || observer.instanceEvaluated(instance),
    stateRestored: (instance, text, format) =>
      thread.isOver || observer.stateRestored(instance, text, format),
    instanceStarted: (instance) => thread.isOver || observer.instanceStarted(instance),
    instanceStopped: (instance) => thread.isOver || observer.instanceStopped(instance),
    callBegan: (instance, order) => thread.isOver || observer.callBegan(instance, order),
    callEnded: (instance, order, isFailure) =>
      thread.isOver || observer.callEnded(instance, order, isFailure),
    nestedCall: (plugin) => thread.isOver || observer.nestedCall(plugin),
    stateAsked: (instance) => thread.isOver || observer.stateAsked(instance),
  };
}
