import type { PluginFiles } from '../../../modules/files/PluginFiles.js';
import type { CompiledModule } from '../../../modules/ModuleGraph.js';
import type { SeededRandom } from '../../../policies/SeededRandom.js';
import type { PluginThread, ThreadOrder } from '../../../runtime/worker/host/WorkerPorts.js';
import { serveHost } from '../../../runtime/worker/thread/serveHost.js';
import type { Batch, HostCommand } from '../../../runtime/worker/wire/workerProtocol.js';
import type { VirtualTime } from '../../../trace/virtual/VirtualTime.js';
import { MessageLine } from './MessageLine.js';
import { ThreadClock } from './ThreadClock.js';
import { momentOf, type ThreadFate, type ThreadMoment } from './threadFates.js';

/** How often a thread shows that it lives, in milliseconds, as threads of Node do. */
const BEAT_EVERY_MS = 200;
/** A native call delays the end of a thread for so long, in milliseconds: longer than a host that closes waits for it. */
const NATIVE_CALL_MS = 700;
const EXITED = 'its worker ended by process.exit(1)';

/** What a thread needs of the simulation. */
export interface ThreadWorld {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly files: PluginFiles;
  /** The fate that waits for a thread of this plugin at this moment. */
  readonly takeFate: (plugin: string, moment: ThreadMoment) => ThreadFate | undefined;
  readonly makeModule: (thread: SimulatedThread, path: string, source: string) => CompiledModule;
  /** The thread stops by itself, or its host ends it. */
  readonly onOver: (thread: SimulatedThread) => void;
  /** The host is told that the thread has ended by itself. */
  readonly onTold: (thread: SimulatedThread) => void;
}

/**
 * A thread in virtual time. What runs in it is the program of real threads (`serveHost`). Simulated are the thread itself, its event loop,
 * and the two lines to its host: it can die, hang or be late at each message.
 */
export class SimulatedThread implements PluginThread {
  readonly pulse = new Float64Array(3);
  readonly started: Promise<void>;
  readonly clock: ThreadClock;
  readonly port = {
    postMessage: (message: unknown) => this.#toThread.send(message),
    on: (_: 'message', listener: (message: unknown) => void) => {
      this.#hear = listener;
    },
    unref: () => undefined,
  };
  /** The plugin that it was told to load; undefined for a spare. */
  plugin: string | undefined;
  /** Whether its code exits at this moment, each time. */
  exitsAt: ThreadMoment | undefined;
  /** Whether nothing runs in it any more. */
  isOver = false;
  /** Whether its host has ended it, or was told that it is over. */
  isKnownOver = false;
  readonly #world: ThreadWorld;
  readonly #order: ThreadOrder;
  readonly #toThread: MessageLine;
  readonly #toHost: MessageLine;
  /** Whether messages that were on their way when it ended arrive. */
  readonly #isEchoing: boolean;
  #hear: (message: unknown) => void = () => undefined;
  /** Undefined until its program runs. */
  #carryOut: ((message: Batch | HostCommand) => void) | undefined;
  #resolveStarted: () => void = () => undefined;
  /** Messages of the host that came before the program ran. */
  readonly #early: (() => void)[] = [];
  /** How it dies when it has posted its next answer; undefined: it does not. */
  #diesAfterAnswer: 'after' | 'told first' | undefined;
  /** What arrived behind a message that the thread is busy with; undefined while it is not. */
  #held: (Batch | HostCommand)[] | undefined;
  /** Whether what it posts is lost, because it dies in this turn. */
  #isMute = false;

  constructor(
    readonly id: number,
    order: ThreadOrder,
    world: ThreadWorld,
  ) {
    const { time, random } = world;
    this.#world = world;
    this.#order = order;
    this.clock = new ThreadClock(time);
    this.#isEchoing = random.isLucky(0.3);
    const latencyMs = () => random.pick(0, 0, 1);
    this.#toThread = new MessageLine(time, latencyMs, (message) => this.#receive(message));
    this.#toHost = new MessageLine(time, latencyMs, (message) => {
      if (!this.isKnownOver || this.#isEchoing) this.#hear(message);
    });
    this.started = new Promise((resolve) => {
      this.#resolveStarted = resolve;
    });
    const fate = world.takeFate('', 'start');
    if (fate?.kind === 'stalls') this.#stall(fate.forMs);
    const dies = fate?.kind === 'dies';
    this.clock.after(random.pick(1, 5, 30), () => (dies ? this.die() : this.#start()));
  }

  /** The thread ends by itself. Its host is told a moment later: before what is on its way from the thread, or after it. */
  die(isToldFirst = false): void {
    if (this.isOver) return;
    this.#stop();
    const tell = () => {
      if (this.isKnownOver) return;
      this.isKnownOver = true;
      this.#world.onTold(this);
      this.#resolveStarted();
      this.#order.onEnd(EXITED);
    };
    if (isToldFirst) this.#world.time.schedule(tell, 0);
    else this.#toHost.after(tell);
  }

  holdsProcess(): void {
    // There is no process to hold.
  }

  terminate(): Promise<void> {
    const { time, random } = this.#world;
    this.isKnownOver = true;
    this.#stop();
    return new Promise((resolve) => {
      const end = () => {
        this.#resolveStarted();
        this.#order.onEnd(EXITED);
        resolve();
      };
      time.schedule(end, random.isLucky(0.05) ? NATIVE_CALL_MS : random.pick(0, 1, 3));
    });
  }

  /** Something happens to the thread at this moment, while it does nothing. */
  suffer(fate: ThreadFate): void {
    if (fate.kind === 'dies') this.die();
    if (fate.kind === 'stalls') this.#stall(fate.forMs);
    if (fate.kind === 'late') this.#toHost.delay(fate.byMs);
  }

  #stop(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.clock.stop();
    this.#world.onOver(this);
  }

  #stall(forMs: number | 'ever'): void {
    this.clock.keepBusy(forMs === 'ever' ? Infinity : forMs);
  }

  #start(): void {
    const { hasStackTraces, answer } = this.#order;
    const { clock } = this;
    const line = {
      ...{ pulse: this.pulse, beatEveryMs: BEAT_EVERY_MS, hasStackTraces },
      port: { postMessage: (message: unknown) => this.#post(message) },
      listen: (listener: (message: Batch | HostCommand) => void) => {
        this.#carryOut = listener;
      },
      ask: answer,
    };
    const ports = {
      every: (ms: number, work: () => void) => clock.every(ms, work),
      atTurnEnd: (work: () => void) => {
        clock.after(0, work);
      },
      timers: clock.timers,
      files: this.#world.files,
      memory: () => ({ bufferBytes: 0, heapBytes: 0 }),
      makeRunnable: (made: { readonly kind: string; readonly source?: string }, path: string) =>
        this.#world.makeModule(this, path, made.source ?? ''),
    };
    serveHost(line, ports, () => Promise.resolve());
    this.#resolveStarted();
    for (const receive of this.#early.splice(0)) receive();
  }

  #post(message: unknown): void {
    if (this.isOver || this.#isMute) return;
    this.#toHost.send(message);
    const how = this.#diesAfterAnswer;
    if (how !== undefined && Array.isArray(message)) this.die(how === 'told first');
  }

  #receive(message: unknown): void {
    if (this.isOver || !isOfHost(message)) return;
    const receive = () => this.clock.after(0, () => this.#meet(message));
    if (this.#carryOut === undefined) this.#early.push(receive);
    else receive();
  }

  /** The moment at which the thread takes a message up, and at which its fate comes. */
  #meet(message: Batch | HostCommand): void {
    if (this.#held !== undefined) {
      this.#held.push(message);
      return;
    }
    if ('kind' in message && message.kind === 'load') this.plugin = message.order.plugin;
    const moment = momentOf(message);
    const fate = moment && this.#world.takeFate(this.plugin ?? '', moment);
    if (fate?.kind === 'dies' && fate.how === 'before') {
      this.die();
      return;
    }
    if (fate?.kind === 'stalls') {
      this.#stall(fate.forMs);
      this.#held = [];
      this.clock.after(0, () => {
        const held = this.#held ?? [];
        this.#held = undefined;
        this.#run(message);
        for (const later of held) this.#meet(later);
      });
      return;
    }
    if (fate?.kind === 'late') this.#toHost.delay(fate.byMs);
    if (fate?.kind === 'dies' && fate.how !== 'within' && fate.how !== 'before')
      this.#diesAfterAnswer = fate.how;
    this.#run(message, fate?.kind === 'dies' && fate.how === 'within');
    if (moment !== undefined && moment === this.exitsAt) this.die();
    else if (moment === 'init' && this.exitsAt === 'idle') this.clock.after(20, () => this.die());
  }

  #run(message: Batch | HostCommand, isLast = false): void {
    this.#isMute = isLast;
    this.#carryOut?.(message);
    if (isLast) this.die();
  }
}

function isOfHost(message: unknown): message is Batch | HostCommand {
  return typeof message === 'object' && message !== null;
}
