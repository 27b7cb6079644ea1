import { type Either, isRight } from 'fp-ts/lib/Either.js';
import { SeededRandom } from '../../../policies/SeededRandom.js';
import { nextTurn } from '../../../runtime/adapters/eventLoop.js';
import { type Act, performAct } from '../acts/Act.js';
import type { CrashAct, Machine } from '../acts/hostActs.js';
import type { PlantedBug } from '../bugs/PlantedBug.js';
import { DiskOutage } from '../disks/DiskOutage.js';
import { PluginFolders } from '../disks/PluginFolders.js';
import { StateDisk } from '../disks/StateDisk.js';
import { damageNewestRecord } from '../disks/stateRecords.js';
import { Host } from '../host/Host.js';
import type { RollbackOrder, RunObserver } from '../observe/RunObserver.js';
import type { RunReport } from '../observe/RunReport.js';
import type { PluginProgram } from '../plugin/PluginProgram.js';
import { quietBoundMs, type Setup, STATE_DIR } from '../setup/Setup.js';

/** The longest that an orderly close of a host takes, in milliseconds: its plugins have deadlines. */
const CLOSE_LIMIT_MS = 6_000;
/** The longest that all first loads of a host take together, in milliseconds per plugin: one may wait for another one, and have it loaded again. */
const LOAD_LIMIT_MS = 12_000;
/** A crash that waits for a call of the state disk happens after this time anyway, in milliseconds. */
const CRASH_LIMIT_MS = 1_000;
/** From a crash to the start of the next host, in milliseconds. */
const REBOOT_MS = 5;
/** More than the source needs from a scan to its events, in milliseconds. */
const SCAN_MARGIN_MS = 700;

/** Every other plugin runs in a worker at the start, where plugins may. */
function firstProgram(at: number, { hasWorkers }: Setup): PluginProgram {
  const program = { id: at + 1, startMs: 0 };
  return hasWorkers && at % 2 === 0 ? { ...program, inWorker: true } : program;
}

interface WorldOptions {
  readonly setup: Setup;
  /** The defect that every host has; empty: none. */
  readonly bug: PlantedBug;
  readonly seed: number;
  readonly report: RunReport;
  readonly observer: Required<RunObserver>;
  /** Whether no reload runs and no change is open, as the checks see it. */
  readonly isIdle: () => boolean;
}

/**
 * The machine on which one host runs after another: its disks, its clock, the people who use it. It performs acts, and runs
 * what they cause, step by step.
 */
export class World implements Machine {
  readonly folders: PluginFolders;
  readonly #options: WorldOptions;
  /** Draws for the hosts; apart from the draws of the acts, so that a given history runs as it did when it was drawn. */
  readonly #random: SeededRandom;
  #stateDisk = new StateDisk();
  readonly #outage = new DiskOutage();
  /** The host that runs now; undefined while the first one is being created. */
  #host: Host | undefined;
  /** Number of hosts so far. It is also the process id of the newest one. */
  #hostCount = 0;
  /** How far the wall clock is ahead of the time that has passed, in milliseconds. */
  #clockOffsetMs = 0;
  /** The crash that will end the host; undefined when none is due. */
  #crash: CrashAct | undefined;
  /** The version that serves, by plugin, after the last step. */
  #serving = new Map<string, number>();

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed + 1);
    this.folders = new PluginFolders(
      () => this.nowMs,
      // The first folders are made before the first host.
      (path) => this.#host?.backend.touch(path),
      options.observer,
    );
    options.setup.plugins.forEach((plugin, at) =>
      this.folders.restore(plugin, firstProgram(at, options.setup)),
    );
    this.#host = this.#boot(0);
  }

  get host(): Host {
    if (this.#host === undefined) throw new Error('no host has been booted');
    return this.#host;
  }
  get plugins(): readonly string[] {
    return this.#options.setup.plugins;
  }
  /** Time that has passed over all hosts, in milliseconds. */
  get nowMs(): number {
    return this.#host?.time.elapsedMs ?? 0;
  }
  /** The version that serves at this moment; 0: none. */
  versionOf(plugin: string): number {
    const listed = this.#host?.runtime.plugins() ?? [];
    return listed.find((each) => each.plugin === plugin)?.version ?? 0;
  }
  /** Names of the files in the state directory. */
  stateFileNames(): readonly string[] {
    return this.#stateDisk.isDirectory(STATE_DIR) ? this.#stateDisk.list(STATE_DIR) : [];
  }
  /** Whether a file of the state disk would survive a loss of power at this moment. */
  isDurable(path: string): boolean {
    return this.#stateDisk.isDurable(path);
  }

  // What happens in a run.

  /** Lets the time until the act pass, and performs it. */
  async perform(act: Act): Promise<void> {
    await this.#runFor(act.afterMs);
    const { report } = this.#options;
    report.step += 1;
    report.count(`act ${act.do}`);
    await performAct(act, this);
    await this.#settle();
  }

  /** Waits until each plugin serves or has failed to load: no act happens before. */
  async load(): Promise<void> {
    const limitMs = LOAD_LIMIT_MS * this.plugins.length;
    await this.#runUntil(() => this.host.loadCount === 0, limitMs);
    if (this.host.loadCount > 0) {
      this.#options.report.violated(10, 'a first load never ended');
    }
  }

  /**
   * Ends all faults and waits as long as every part may take. Then the checks look at what must hold when nothing changes
   * any more.
   */
  async awaitQuiet(): Promise<void> {
    const { setup, observer, isIdle, report } = this.#options;
    while (await this.#step(this.folders.lastDueMs));
    for (const plugin of setup.plugins) this.folders.mendManifest(plugin);
    this.host.heal();
    const startMs = this.nowMs;
    const endMs = startMs + quietBoundMs(setup);
    // Two full scans by the source, and the windows that they open.
    const leastMs = startMs + 2 * setup.reconcileMs + SCAN_MARGIN_MS + 2 * setup.maxWaitMs;
    while (this.nowMs < endMs && !(this.nowMs > leastMs && isIdle())) {
      if (!(await this.#step(endMs))) break;
    }
    report.count('quiet');
    observer.quietReached();
  }

  /** Ends the pipeline, closes its host, and checks that neither leaves anything behind (invariant 22). */
  async shutDown(): Promise<void> {
    const { report } = this.#options;
    const { host } = this;
    host.heal();
    host.unsubscribe();
    const pipelineTimerCount = host.pipelineTime.pendingCount;
    if (pipelineTimerCount > 0) {
      report.violated(22, `the pipeline left ${pipelineTimerCount} timers behind`);
    }
    const sourceTimerCount = host.sourceTime.pendingCount - host.backend.dueCount;
    if (sourceTimerCount > 0) {
      report.violated(22, `the source left ${sourceTimerCount} timers behind`);
    }
    if (host.backend.activeCount > 0) {
      report.violated(22, 'the source left its backend watching');
    }
    const closing = { isDone: false };
    void host.track(host.close()).then(() => {
      closing.isDone = true;
    });
    await this.#runUntil(() => closing.isDone, CLOSE_LIMIT_MS);
    if (!closing.isDone) {
      report.violated(22, `the runtime did not close within ${CLOSE_LIMIT_MS} ms`);
    }
    // A stage that was cut off in the middle ends by its own deadline.
    const endMs = this.nowMs + CLOSE_LIMIT_MS;
    while (await this.#step(endMs));
    const threadCount = host.threads.live.length;
    if (threadCount > 0) report.violated(50, `the host left ${threadCount} threads behind`);
    const timerCount = host.time.pendingCount;
    if (timerCount > 0) report.violated(22, `the host left ${timerCount} timers behind`);
    host.isDead = true;
  }

  // What acts do.

  /** Ends the pipeline and its host in order, and starts another host. */
  async restart(): Promise<void> {
    await this.shutDown();
    this.#host = this.#boot(this.nowMs);
    await this.load();
  }

  /** Lets the host die in the middle of a call of its state disk, or when the time is up; then starts another host. */
  async crash(act: CrashAct): Promise<void> {
    const { host } = this;
    this.#crash = act;
    host.stateDiskAccess.dieAfterCalls(act.afterCalls);
    await this.#runFor(CRASH_LIMIT_MS);
    const hasRebooted = host !== this.host;
    if (hasRebooted) return;
    if (!host.isDead) host.die();
    await this.#reboot();
  }

  setClock(byMs: number): void {
    this.#clockOffsetMs += byMs;
    this.host.time.shiftClock(byMs);
    this.#options.observer.clockSet(byMs);
  }

  /** Goes to another version, as a person would, and waits for the outcome. */
  async rollBack(plugin: string, by: RollbackOrder['by'], back: number | 'trusted'): Promise<void> {
    const { observer } = this.#options;
    const { host } = this;
    const from = this.#serving.get(plugin) ?? 0;
    const to = back === 'trusted' ? undefined : from - back;
    if (from === 0 || (to !== undefined && to < 1)) return;
    const order = { by, ...(to !== undefined && { to }) };
    observer.rollbackStarted(plugin, order);
    const work = host.rollBack(plugin, order);
    await this.#awaitOrder(host, work, (version) => observer.rollbackEnded(plugin, order, version));
  }

  /** Restarts the version that serves, as a person would, and waits for the outcome. */
  async restartPlugin(plugin: string): Promise<void> {
    const { observer } = this.#options;
    const { host } = this;
    if ((this.#serving.get(plugin) ?? 0) === 0) return;
    observer.restartStarted(plugin);
    const work = host.track(host.target.restartPlugin(plugin)());
    await this.#awaitOrder(host, work, (version) =>
      observer.restartEnded(plugin, version !== undefined),
    );
  }

  /** Runs until an order has ended, unless its host ends before. `onEnd` gets the version that serves; undefined: the order failed. */
  async #awaitOrder(
    host: Host,
    work: Promise<Either<unknown, { readonly version: number }>>,
    onEnd: (version: number | undefined) => void,
  ): Promise<void> {
    const order = { isPending: true };
    void work.then((result) => {
      order.isPending = false;
      if (!host.isDead) onEnd(isRight(result) ? result.right.version : undefined);
    });
    await this.#runUntil(() => !order.isPending || host !== this.host, CLOSE_LIMIT_MS);
  }

  // One host after another.

  #boot(startMs: number): Host {
    const { setup, bug, observer } = this.#options;
    this.#hostCount += 1;
    this.#serving = new Map();
    return new Host({
      setup,
      bug,
      observer,
      startMs,
      clockOffsetMs: this.#clockOffsetMs,
      pluginDisk: this.folders.disk,
      stateDisk: this.#stateDisk,
      outage: this.#outage,
      pid: this.#hostCount,
      random: this.#random.next,
      seed: this.#options.seed,
    });
  }

  /** Starts the next host on what the crash left of the state disk. */
  async #reboot(): Promise<void> {
    const { report, observer } = this.#options;
    const crash = this.#crash;
    const startMs = this.nowMs;
    this.#crash = undefined;
    report.count(`crash by ${crash?.kind ?? 'kill'}`);
    await this.#settle();
    const random = new SeededRandom(crash?.seed ?? 0);
    this.#stateDisk =
      crash?.kind === 'powerLoss'
        ? this.#stateDisk.afterPowerLoss((count) => random.below(count))
        : this.#stateDisk.afterKill();
    if (crash?.rots !== undefined) {
      const plugin = this.plugins[crash.rots] ?? '';
      const damaged = damageNewestRecord(this.#stateDisk, plugin, random);
      if (damaged) observer.recordDamaged(plugin, damaged.seq, damaged.path);
    }
    this.#host = this.#boot(startMs + REBOOT_MS);
    await this.load();
  }

  // Time.

  async #runFor(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    while (await this.#step(endMs));
    this.host.time.advanceTo(endMs);
  }

  /** Runs steps until `isDone`, but no longer than `limitMs`. */
  async #runUntil(isDone: () => boolean, limitMs: number): Promise<void> {
    const endMs = this.nowMs + limitMs;
    await this.#settle();
    while (!isDone() && (await this.#step(endMs)));
  }

  /** Runs the next action, if one is due by `endMs`. False when there is none. */
  async #step(endMs: number): Promise<boolean> {
    const { folders } = this;
    const { time } = this.host;
    if (folders.nextDueMs <= Math.min(endMs, time.nextDueMs)) {
      time.advanceTo(folders.nextDueMs);
      folders.writeSecondHalf();
    } else if (time.nextDueMs <= endMs) time.runNext();
    else return false;
    this.#options.report.step += 1;
    await this.#settle();
    return true;
  }

  /** Lets promises settle, starts another host if this one died, and lets the checks look at the step. */
  async #settle(): Promise<void> {
    const { host } = this;
    // By the event loop's next turn, every promise that can settle has settled.
    if (host.taskCount > 0) await nextTurn();
    if (host.isDead) {
      if (this.#crash !== undefined) await this.#reboot();
      return;
    }
    const serving = this.#serving;
    const plugins = host.runtime.plugins();
    for (const { plugin, version } of plugins) serving.set(plugin, version);
    if (serving.size > plugins.length) {
      const listed = new Set(plugins.map(({ plugin }) => plugin));
      for (const plugin of serving.keys()) if (!listed.has(plugin)) serving.delete(plugin);
    }
    this.#options.observer.stepEnded(serving);
  }
}
