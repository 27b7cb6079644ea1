import { nextTurn } from '../../../runtime/adapters/eventLoop.js';
import type { Act } from '../acts/Act.js';
import { callPlugin } from './callPlugin.js';
import { Host } from '../host/Host.js';
import { performAct } from './performAct.js';
import { PluginFolders } from './PluginFolders.js';
import { rotRecord } from '../disks/rotRecord.js';
import { SeededRandom } from '../setup/SeededRandom.js';
import { quietBoundMs, STATE_DIR } from '../setup/Setup.js';
import { StateDisk } from '../disks/StateDisk.js';
import type { WorldParts } from './WorldParts.js';

/** A host that ends in order gives its plugins so long, in milliseconds; a first load lasts no longer either. */
const CLOSE_MS = 6_000;
const LOAD_MS = 12_000;

type CrashAct = Extract<Act, { readonly do: 'crash' }>;

/** The machine that hosts live and die on: its disks, its clock, its people. Performs acts, and runs what they cause. */
export class World {
  /** Undefined while the first one boots. */
  #host: Host | undefined;
  stateDisk = new StateDisk();
  readonly #parts: WorldParts;
  readonly folders: PluginFolders;
  readonly #random: SeededRandom;
  #clockOffsetMs = 0;
  #hostCount = 0;
  #callCount = 0;
  #crash: CrashAct | undefined;
  #serving = new Map<string, number>();

  constructor(parts: WorldParts) {
    this.#parts = parts;
    this.#random = new SeededRandom(parts.seed + 1);
    this.folders = new PluginFolders(
      () => this.nowMs,
      // The first folders are there before the first host.
      (path) => this.#host?.backend.touched(path),
      parts.witness,
    );
    parts.setup.plugins.forEach((plugin, at) =>
      this.folders.restore(plugin, { id: at + 1, startMs: 0 }),
    );
    this.#host = this.#boot(0);
  }

  get host(): Host {
    if (this.#host === undefined) throw new Error('no host has been booted');
    return this.#host;
  }
  get plugins(): readonly string[] {
    return this.#parts.setup.plugins;
  }
  get nowMs(): number {
    return this.#host?.time.elapsedMs ?? 0;
  }
  /** What serves at this very moment; 0: nothing. */
  versionOf(plugin: string): number {
    const listed = this.#host?.runtime.plugins() ?? [];
    return listed.find((each) => each.plugin === plugin)?.version ?? 0;
  }
  /** Names and bytes of what is in the state directory. */
  records(): readonly string[] {
    return this.stateDisk.isDirectory(STATE_DIR) ? this.stateDisk.list(STATE_DIR) : [];
  }

  /** Lets the time until the act pass, and performs it. */
  async perform(act: Act): Promise<void> {
    await this.#runFor(act.afterMs);
    const { findings } = this.#parts;
    findings.at += 1;
    findings.count(`act ${act.do}`);
    await performAct(act, this, findings);
    await this.#settle();
  }

  /** Ends all faults and gives everything its time; then what must hold at quiet is checked. */
  async quiet(): Promise<void> {
    const { setup, witness, isSettled, findings } = this.#parts;
    while (await this.#step(this.folders.lastDueMs));
    for (const plugin of setup.plugins) this.folders.mendManifest(plugin);
    this.host.heal();
    const startMs = this.nowMs;
    const endMs = startMs + quietBoundMs(setup);
    // Two slow looks at everything, and the windows that they open.
    const leastMs = startMs + 2 * setup.reconcileMs + 700 + 2 * setup.maxWaitMs;
    while (this.nowMs < endMs && !(this.nowMs > leastMs && isSettled())) {
      if (!(await this.#step(endMs))) break;
    }
    findings.count('quiet');
    witness.quiet();
  }

  /** Ends the pipeline and its host, and checks that they leave nothing. */
  async end(): Promise<void> {
    const { findings } = this.#parts;
    const { host } = this;
    host.heal();
    host.unsubscribe();
    for (const [owner, view] of [
      ['pipeline', host.pipelineTime],
      ['source', host.sourceTime],
    ] as const) {
      const left = view.pendingCount - (owner === 'source' ? host.backend.dueCount : 0);
      if (left > 0) findings.report(22, `the ${owner} left ${left} timers behind`);
    }
    if (host.backend.activeCount > 0) findings.report(22, 'the source left its backend watching');
    const closed = host.track(host.runtime.close());
    const outcome: { isClosed?: boolean } = {};
    void closed.then(() => {
      outcome.isClosed = true;
    });
    const endMs = this.nowMs + CLOSE_MS;
    await this.#settle();
    while (outcome.isClosed !== true && (await this.#step(endMs)));
    if (outcome.isClosed !== true)
      findings.report(22, `the runtime did not close within ${CLOSE_MS} ms`);
    // What was cut off in the middle of a stage ends by that stage's deadline.
    const lastMs = this.nowMs + CLOSE_MS;
    while (await this.#step(lastMs));
    const left = host.time.pendingCount;
    if (left > 0) findings.report(22, `the host left ${left} timers behind`);
    host.isDead = true;
  }

  /** The pipeline is ended, its host closed, and another one started. */
  async restart(): Promise<void> {
    await this.end();
    this.#host = this.#boot(this.nowMs);
    await this.load();
  }

  /** The host dies in the middle of a call of its state disk, or after a second at the latest. */
  async crash(act: CrashAct): Promise<void> {
    const { host } = this;
    this.#crash = act;
    host.dieAfterCalls(act.afterCalls);
    await this.#runFor(1_000);
    if (host !== this.host) return;
    if (!host.isDead) host.die();
    await this.#reboot();
  }

  setClock(byMs: number): void {
    this.#clockOffsetMs += byMs;
    this.host.time.shiftClock(byMs);
    this.#parts.witness.clockSet(byMs);
  }

  async #reboot(): Promise<void> {
    const act = this.#crash;
    const startMs = this.nowMs;
    this.#crash = undefined;
    const { findings } = this.#parts;
    findings.count(`crash by ${act?.kind ?? 'kill'}`);
    await this.#settle();
    const random = new SeededRandom(act?.seed ?? 0);
    this.stateDisk =
      act?.kind === 'powerLoss'
        ? this.stateDisk.afterPowerLoss((count) => random.below(count))
        : this.stateDisk.afterKill();
    if (act?.rots !== undefined) {
      const plugin = this.plugins[act.rots] ?? '';
      const rotten = rotRecord(this.stateDisk, plugin, random);
      if (rotten) this.#parts.witness.rotted(plugin, rotten.seq, rotten.path);
    }
    this.#host = this.#boot(startMs + 5);
    await this.load();
  }

  #boot(startMs: number): Host {
    const { setup, plant, witness } = this.#parts;
    this.#hostCount += 1;
    this.#serving = new Map();
    return new Host({
      ...{ setup, plant, witness, startMs, clockOffsetMs: this.#clockOffsetMs },
      ...{ pluginDisk: this.folders.disk, stateDisk: this.stateDisk },
      ...{ number: this.#hostCount, random: this.#random.next },
    });
  }

  /** A start changes nothing until each plugin serves or has failed. */
  async load(): Promise<void> {
    const endMs = this.nowMs + LOAD_MS;
    await this.#settle();
    while (this.host.loadCount > 0 && (await this.#step(endMs)));
    if (this.host.loadCount > 0) this.#parts.findings.report(10, 'a first load never ended');
  }

  async #runFor(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    while (await this.#step(untilMs));
    this.host.time.advanceTo(untilMs);
  }

  /** Runs one action that is due by then. False when there is none. */
  async #step(untilMs: number): Promise<boolean> {
    const folders = this.folders;
    if (folders.nextDueMs <= Math.min(untilMs, this.host.time.nextDueMs)) {
      this.host.time.advanceTo(folders.nextDueMs);
      folders.writeOtherHalf();
    } else if (this.host.time.nextDueMs <= untilMs) this.host.time.runNext();
    else return false;
    this.#parts.findings.at += 1;
    await this.#settle();
    return true;
  }

  /** Lets promises have their turn, and checks what must hold after every step. */
  async #settle(): Promise<void> {
    const { host } = this;
    // By the loop's next turn all promises that can settle have.
    if (host.taskCount > 0) await nextTurn();
    if (host.isDead) {
      if (this.#crash !== undefined) await this.#reboot();
      return;
    }
    const serving = this.#serving;
    for (const { plugin, version } of host.runtime.plugins()) serving.set(plugin, version);
    if (serving.size > host.runtime.plugins().length) {
      const listed = new Set(host.runtime.plugins().map(({ plugin }) => plugin));
      for (const plugin of serving.keys()) if (!listed.has(plugin)) serving.delete(plugin);
    }
    this.#parts.witness.stepped(serving);
  }

  call(plugin: string, takesMs: number): void {
    this.#callCount += 1;
    callPlugin(this.host, this.#parts.witness, { plugin, takesMs, order: this.#callCount });
  }

  async rollBack(plugin: string): Promise<void> {
    const { witness } = this.#parts;
    const { host } = this;
    const to = (this.#serving.get(plugin) ?? 0) - 1;
    if (to < 1) return;
    const replaced = host.track(host.target.replacePlugin(plugin, to)());
    witness.rolledBack(plugin, to, false);
    const outcome: { isDone?: boolean } = {};
    void replaced.then((result) => {
      outcome.isDone = result._tag === 'Right';
    });
    const endMs = this.nowMs + CLOSE_MS;
    await this.#settle();
    while (outcome.isDone === undefined && host === this.host && (await this.#step(endMs)));
    if (host === this.host) witness.rolledBack(plugin, to, outcome.isDone === true);
  }
}
