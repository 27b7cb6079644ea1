import { Observable, Subject, timer } from 'rxjs';
import { fleetController } from '../../../../src/fleet/control/fleetController.js';
import type { RolloutEvent } from '../../../../src/fleet/control/PluginPilot.js';
import { isInCohort } from '../../../../src/fleet/protocol/cohort.js';
import type { Desired } from '../../../../src/fleet/protocol/Desired.js';
import { VirtualTime } from '../../../../src/trace/virtual/VirtualTime.js';
import { hostsOf, passTime, policy, rollout, v1, v2 } from '../../../unit/fleet/fleetWorld.js';
import { type Draws, drawsFrom } from './draws.js';
import { FaultyEngine, HOST_TTL_MS } from './FaultyEngine.js';
import type { Behaviour, FleetBug } from './FleetBug.js';
import { ModelHost } from './ModelHost.js';

const LEASE_TTL_MS = 10_000;
const rules = { ...policy, giveUpAfterMs: 120_000 };

/** What a controller says when a rollout has gone a step further. */
const ADVANCES: ReadonlySet<RolloutEvent['_tag']> = new Set([
  ...(['WaveOpened', 'Baking', 'Promoted', 'Aborted', 'GaveUp', 'Inconclusive'] as const),
]);

/**
 * What a rollout may cost: per host its reports, each again when its answer was lost, after each of its starts, and once per document that it
 * follows as a host that has proven the version; its fetches; and in all the writes and reads of the controllers. In 400 seeds no rollout took
 * more than 10 per host.
 */
const MESSAGES_PER_HOST = 10;
const MESSAGES_IN_ALL = 40;
/** At rest only beats are sent: 12 a minute and host, and a fifth more where they come early. */
const BEATS_A_MINUTE = 16;

/**
 * A fleet in virtual time: the real controller over the fleet in memory, behind an engine that is slow, repeats, reorders, loses answers and
 * is gone at times, and model hosts that die at any step. Everything is drawn from the seed, and each rule is checked where it could break.
 */
export class FleetWorld {
  readonly violations: string[] = [];
  /** What happened, for the comparison of two runs of one seed. */
  readonly log: string[] = [];
  readonly time = new VirtualTime();
  readonly draws: Draws;
  readonly engine: FaultyEngine;
  readonly hosts: ModelHost[] = [];
  /** Highest `below` that was ever written for the rollout: hosts above it must never run the candidate. */
  #highest = '';
  #last: Desired | undefined;
  #opened = { written: 0, told: 0 };
  /** How often a controller was cut off: each time it may have written what it never told. */
  #cutOffs = 0;
  /** When the last wave was opened. */
  #waveAtMs = 0;

  constructor(
    readonly seed: number,
    readonly behaviour: Behaviour,
    readonly bug?: FleetBug,
  ) {
    this.draws = drawsFrom(seed);
    const violate = (rule: number, what: string) => this.violate(rule, what);
    this.engine = new FaultyEngine({ time: this.time, draws: this.draws, bug, violate });
  }

  violate(rule: number, what: string): void {
    this.violations.push(`rule ${rule}: ${what}`);
  }

  mayRun(host: string): boolean {
    return (
      this.#last !== undefined &&
      this.#highest !== '' &&
      isInCohort({ candidate: v2, below: this.#highest, salt: this.#last.salt }, host)
    );
  }

  async run(): Promise<void> {
    const { engine } = this;
    const count = this.draws.whole(3, 14);
    for (const name of hostsOf(count)) this.hosts.push(new ModelHost(name, this));
    engine.store.desired$().subscribe(({ value }) => this.#seeWrite(value));
    for (const host of this.hosts) host.start();
    await this.#pass(2_000);
    await engine.store.put(v2.digest, new Uint8Array(1))();
    await engine.store.write('p', rollout({ fence: 0 }), 0)();
    this.#controller('one');
    this.#controller('two');
    for (let step = 0; step < 25; step += 1) {
      await this.#pass(this.draws.whole(50, 3_000));
      this.#fault();
    }
    engine.isQuiet = true;
    engine.isGone = false;
    for (const host of this.hosts) host.start();
    await this.#pass(400_000);
    this.#checkEnd();
    await this.#checkRest();
    for (const host of this.hosts) host.kill();
  }

  /** Lets time pass. What a caller would see is looked at after each step of it. */
  async #pass(ms: number): Promise<void> {
    await passTime(this.time, ms, () => this.#checkServing());
  }

  #checkServing(): void {
    for (const { name, isRunning, serving } of this.hosts) {
      if (!isRunning || serving !== null) continue;
      const [rule, when] = this.engine.isGone ? ([16, ' without the engine'] as const) : [1, ''];
      this.violate(rule, `${name} serves nothing${when}`);
    }
  }

  /** A controller that is killed and started again, or stopped, so that it goes on with an old fence until it notices. */
  #controller(holder: string): void {
    const { draws, time, engine } = this;
    const stopped$ = new Subject<number>();
    const port = engine.port();
    // A process that is stopped renews nothing: the engine gives its lease to the next one. It learns of that when it wakes up, and until then
    // it goes by what it knew. That it does so while it is stopped is harsher than a real stop.
    const lease = (name: string): Observable<{ readonly fence: number }> =>
      new Observable((subscriber) => {
        const held = port.lease(name, holder).subscribe((given) => subscriber.next(given));
        const stops = stopped$.subscribe((forMs) => {
          held.unsubscribe();
          stops.add(time.schedule(() => subscriber.complete(), forMs));
        });
        return () => {
          held.unsubscribe();
          stops.unsubscribe();
        };
      });
    const steering = fleetController({
      fleet: { ...port, lease },
      ...{ holder, policy: rules, scheduler: time },
    });
    const running = steering.subscribe(({ _tag }) => {
      this.log.push(`${time.elapsedMs} ${holder} ${_tag}`);
      if (_tag === 'WaveOpened') this.#opened.told += 1;
      if (engine.isGone && ADVANCES.has(_tag))
        this.violate(16, `${holder} tells ${_tag} without the engine`);
    });
    const next = () => {
      if (engine.isQuiet) return;
      this.#cutOffs += 1;
      running.unsubscribe();
      // The lease of a dead holder ends with its ttl.
      if (this.bug === 'ttlDroppedAtRenewal') engine.store.lease('controller', 'dead').subscribe();
      timer(LEASE_TTL_MS, time).subscribe(() => this.#controller(holder));
    };
    const stop = () => {
      if (engine.isQuiet) return;
      this.#cutOffs += 1;
      this.log.push(`${time.elapsedMs} ${holder} is stopped`);
      stopped$.next(draws.whole(100, 20_000));
    };
    if (draws.chance(0.5)) timer(draws.whole(500, 40_000), time).subscribe(next);
    if (draws.chance(0.5)) timer(draws.whole(500, 30_000), time).subscribe(stop);
  }

  #fault(): void {
    const { draws, engine } = this;
    const host = this.hosts[draws.whole(0, this.hosts.length - 1)];
    const kind = draws.whole(0, 5);
    if (kind === 0) engine.isGone = true;
    if (kind === 1 || kind === 2) engine.isGone = false;
    if (kind === 3) host?.kill();
    if (kind === 4) host?.start();
    this.#checkServing();
    this.log.push(`${this.time.elapsedMs} fault ${kind} ${host?.name}`);
  }

  #seeWrite(doc: Desired): void {
    const last = this.#last;
    this.#last = doc;
    this.log.push(`${this.time.elapsedMs} wave ${doc.wave} ${doc.outcome} fence ${doc.fence}`);
    if (this.engine.isGone) this.violate(16, 'a document was written without the engine');
    if (doc.below !== null && doc.below > this.#highest) this.#highest = doc.below;
    if (last === undefined) return;
    if (doc.fence < last.fence) this.violate(12, `fence ${doc.fence} after ${last.fence}`);
    if (last.below !== null && doc.below !== null && doc.below < last.below) {
      this.violate(4, 'below has shrunk');
    }
    if (last.candidate !== null && doc.candidate === null) this.#checkCost();
    const isAdvance = doc.wave > last.wave || doc.outcome === 'promoted';
    if (doc.wave > last.wave) {
      this.#opened.written += 1;
      this.#waveAtMs = this.time.elapsedMs;
    }
    if (!isAdvance || last.below === null) return;
    for (const name of last.members ?? []) {
      if (this.hosts.find((host) => host.name === name)?.hasProven !== true) {
        this.violate(5, `${name} has not proven it, and the rollout went on`);
      }
    }
    // A host that came after the last wave was sized gets the version as the stable one.
    const sinceMs = this.time.elapsedMs - this.#waveAtMs + 2 * HOST_TTL_MS;
    const alive = this.hosts.filter(({ aliveForMs }) => aliveForMs > sinceMs);
    const proven = alive.filter(({ hasProven }) => hasProven);
    // A list of hosts may lack a fifth of them, and one whose beat was lost.
    if (doc.outcome === 'promoted' && proven.length + 1 < 0.6 * alive.length) {
      this.violate(5, `promoted with ${proven.length} of ${alive.length}`);
    }
  }

  #checkCost(): void {
    const count = this.engine.messages.others;
    const most = MESSAGES_PER_HOST * this.hosts.length + MESSAGES_IN_ALL;
    this.log.push(`${this.time.elapsedMs} cost ${count}`);
    if (count > most) this.violate(17, `the rollout took ${count} messages, above ${most}`);
  }

  #checkEnd(): void {
    const doc = this.#last;
    if (doc === undefined || doc.candidate !== null) {
      this.violate(15, 'the rollout has not ended');
      return;
    }
    if (this.behaviour !== 'good' && doc.outcome === 'promoted')
      this.violate(6, 'a bad version was promoted');
    for (const host of this.hosts) {
      if (host.serving !== doc.stable?.digest && !host.refuses(doc.stable?.digest))
        this.violate(7, `${host.name} serves ${host.serving}`);
    }
    const bad =
      this.behaviour === 'good'
        ? []
        : this.hosts.filter(({ hasServedCandidate }) => hasServedCandidate);
    if (bad.length > 1) this.violate(5, `${bad.length} hosts answered with a bad version`);
    const { written, told } = this.#opened;
    if (told > written || written - told > this.#cutOffs) {
      this.violate(9, `${written} waves were opened, ${told} were told`);
    }
    if (doc.stable?.digest !== v1.digest && doc.stable?.digest !== v2.digest)
      this.violate(2, 'other bytes');
  }

  /** Nothing is going on: only beats are sent, and neither listeners nor timers become more. */
  async #checkRest(): Promise<void> {
    const { messages } = this.engine;
    const before = await this.#standing();
    const { beats, others } = messages;
    await this.#pass(60_000);
    const atRest = messages.beats - beats;
    if (atRest > BEATS_A_MINUTE * this.hosts.length)
      this.violate(17, `${atRest} beats in a minute at rest`);
    if (messages.others > others)
      this.violate(17, `${messages.others - others} messages beside the beats in a minute at rest`);
    const after = await this.#standing();
    if (after.listeners > before.listeners)
      this.violate(17, `${before.listeners} listeners at rest became ${after.listeners}`);
    if (after.timers > before.timers)
      this.violate(17, `${before.timers} timers at rest became ${after.timers}`);
  }

  /** The fewest that there are within some seconds: what is on its way does not count. */
  async #standing(): Promise<{ readonly listeners: number; readonly timers: number }> {
    let [listeners, timers] = [Infinity, Infinity];
    for (let look = 0; look < 10; look += 1) {
      await this.#pass(997);
      listeners = Math.min(listeners, this.engine.listeners);
      timers = Math.min(timers, this.time.pendingCount);
    }
    return { listeners, timers };
  }
}
