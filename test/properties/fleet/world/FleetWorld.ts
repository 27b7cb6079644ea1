import * as E from 'fp-ts/lib/Either.js';
import {
  concatMap,
  delay,
  map,
  mergeMap,
  type Observable,
  of,
  Subject,
  takeUntil,
  timer,
} from 'rxjs';
import { fleetController } from '../../../../src/fleet/control/fleetController.js';
import { memoryFleet } from '../../../../src/fleet/control/memoryFleet.js';
import { isInCohort } from '../../../../src/fleet/protocol/cohort.js';
import type { Desired } from '../../../../src/fleet/protocol/Desired.js';
import { engineUnreachable } from '../../../../src/fleet/protocol/FleetError.js';
import type { FleetStore } from '../../../../src/fleet/protocol/FleetStore.js';
import { VirtualTime } from '../../../../src/trace/virtual/VirtualTime.js';
import { hostsOf, passTime, policy, rollout, v1, v2 } from '../../../unit/fleet/fleetWorld.js';
import { type Draws, drawsFrom } from './draws.js';
import { ModelHost } from './ModelHost.js';

/** Mistakes that somebody could make in an agent, an adapter or a controller. */
export type FleetBug =
  | 'attributionByLink'
  | 'ttlDroppedAtRenewal'
  | 'truncatedListIsComplete'
  | 'ackAtReloaded'
  | 'waveSizedByShrunkenSet'
  | 'repeatWithoutOp'
  | 'reloadInsteadOfWayBack';

/** How the version behaves that is rolled out. */
export type Behaviour = 'good' | 'failsToLoad' | 'failsLater' | 'ends';

const LEASE_TTL_MS = 10_000;
const HOST_TTL_MS = 6_000;
const rules = { ...policy, giveUpAfterMs: 120_000 };

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
  readonly engine = memoryFleet({ scheduler: this.time, hostTtlMs: HOST_TTL_MS });
  readonly hosts: ModelHost[] = [];
  /** Highest `below` that was ever written for the rollout: hosts above it must never run the candidate. */
  #highest = '';
  #last: Desired | undefined;
  #isGone = false;
  #isQuiet = false;
  #messages = 0;
  #opened = { written: 0, told: 0 };
  #isAnyControllerKilled = false;

  constructor(
    readonly seed: number,
    readonly behaviour: Behaviour,
    readonly bug?: FleetBug,
  ) {
    this.draws = drawsFrom(seed);
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
    const count = this.draws.whole(3, 14);
    for (const name of hostsOf(count)) this.hosts.push(new ModelHost(name, this));
    this.engine.desired$().subscribe(({ value }) => this.#seeWrite(value));
    for (const host of this.hosts) host.start();
    await passTime(this.time, 2_000);
    await this.engine.write('p', rollout({ fence: 0 }), 0)();
    this.#controller('one');
    this.#controller('two');
    for (let step = 0; step < 25; step += 1) {
      await passTime(this.time, this.draws.whole(50, 3_000));
      this.#fault();
    }
    this.#isQuiet = true;
    this.#isGone = false;
    for (const host of this.hosts) host.start();
    await passTime(this.time, 400_000);
    this.#checkEnd();
    const before = this.#messages;
    await passTime(this.time, 60_000);
    // At rest only beats are sent: 12 a minute and host, and a fifth more where they come early.
    const atRest = this.#messages - before;
    if (atRest > 16 * this.hosts.length) this.violate(17, `${atRest} messages in a minute at rest`);
    for (const host of this.hosts) host.kill();
  }

  /** The engine as one process sees it. */
  port(): FleetStore {
    const { engine, draws } = this;
    const call =
      <A>(
        work: () => Promise<
          | E.Either<never, A>
          | E.Either<{ readonly _tag: 'RevisionTaken' } & ReturnType<typeof engineUnreachable>, A>
          | E.Either<ReturnType<typeof engineUnreachable>, A>
        >,
      ) =>
      async () => {
        this.#messages += 1;
        const isLost = this.#isGone || (!this.#isQuiet && draws.chance(0.1));
        const isDone = !this.#isGone && (!isLost || draws.chance(0.5));
        await new Promise<void>((resolve) =>
          this.time.view().schedule(() => resolve(), draws.whole(0, 60)),
        );
        const answer = isDone ? await work() : undefined;
        return isLost || answer === undefined
          ? E.left(engineUnreachable('p', 'no answer'))
          : answer;
      };
    return {
      ...engine,
      read: (plugin) => call(() => engine.read(plugin)()),
      write: (plugin, next, expected) => {
        let tries = 0;
        return call(() => {
          tries += 1;
          const op =
            this.bug === 'repeatWithoutOp' ? `${next.op} ${tries} ${draws.whole(0, 1e9)}` : next.op;
          return engine.write(plugin, { ...next, op }, expected)();
        });
      },
      report: (report) => call(() => engine.report(report)()),
      beat: (host, beat) => call(() => engine.beat(host, beat)()),
      // Late, repeated, and in another order.
      desired$: () =>
        engine.desired$().pipe(
          mergeMap((document) => {
            const copies = draws.chance(0.2) ? [document, document] : [document];
            return of(...copies).pipe(
              mergeMap((copy) => of(copy).pipe(delay(draws.whole(0, 900), this.time))),
            );
          }),
          map(({ value, revision }) => {
            if (this.bug !== 'waveSizedByShrunkenSet') return { value, revision };
            const rest = { ...value };
            Reflect.deleteProperty(rest, 'hostCount');
            return { value: rest, revision };
          }),
        ),
      hosts$: () =>
        engine.hosts$().pipe(
          concatMap((live) => {
            if (this.#isQuiet || !draws.chance(0.3)) return of(live);
            const hosts = live.hosts.filter(() => draws.chance(0.4));
            const cut = { hosts, isComplete: this.bug === 'truncatedListIsComplete' };
            return of(cut, live).pipe(
              concatMap((one) => of(one).pipe(delay(draws.whole(0, 2_000), this.time))),
            );
          }),
        ),
      lease: (name, holder) => engine.lease(name, holder),
    };
  }

  /** A controller that is killed and started again, or stopped and wakes up with an old fence. */
  #controller(holder: string): void {
    const { draws, time } = this;
    const port = this.port();
    const lost$ = new Subject<void>();
    const ownLease = (name: string): Observable<{ readonly fence: number }> => {
      const lease$ = this.engine.lease(name, holder);
      return lease$.pipe(takeUntil(lost$));
    };
    const steering = fleetController({
      fleet: { ...port, lease: ownLease },
      holder,
      policy: rules,
      scheduler: time,
    });
    const running = steering.subscribe(({ _tag }) => {
      this.log.push(`${time.elapsedMs} ${holder} ${_tag}`);
      if (_tag === 'WaveOpened') this.#opened.told += 1;
    });
    const next = () => {
      if (this.#isQuiet) return;
      this.#isAnyControllerKilled = true;
      running.unsubscribe();
      // The lease of a dead holder ends with its ttl.
      if (this.bug === 'ttlDroppedAtRenewal') this.engine.lease('controller', 'dead').subscribe();
      timer(LEASE_TTL_MS, time).subscribe(() => this.#controller(holder));
    };
    if (draws.chance(0.5)) timer(draws.whole(500, 40_000), time).subscribe(next);
  }

  #fault(): void {
    const { draws } = this;
    const host = this.hosts[draws.whole(0, this.hosts.length - 1)];
    const kind = draws.whole(0, 5);
    if (kind === 0) this.#isGone = true;
    if (kind === 1 || kind === 2) this.#isGone = false;
    if (kind === 3) host?.kill();
    if (kind === 4) host?.start();
    this.log.push(`${this.time.elapsedMs} fault ${kind} ${host?.name}`);
  }

  #seeWrite(doc: Desired): void {
    const last = this.#last;
    this.#last = doc;
    this.log.push(`${this.time.elapsedMs} wave ${doc.wave} ${doc.outcome} fence ${doc.fence}`);
    if (doc.below !== null && doc.below > this.#highest) this.#highest = doc.below;
    if (last === undefined) return;
    if (doc.fence < last.fence) this.violate(12, `fence ${doc.fence} after ${last.fence}`);
    if (last.below !== null && doc.below !== null && doc.below < last.below) {
      this.violate(4, 'below has shrunk');
    }
    const isAdvance = doc.wave > last.wave || doc.outcome === 'promoted';
    if (doc.wave > last.wave) this.#opened.written += 1;
    if (!isAdvance || last.below === null) return;
    for (const name of last.members ?? []) {
      if (this.hosts.find((host) => host.name === name)?.hasProven !== true) {
        this.violate(5, `${name} has not proven it, and the rollout went on`);
      }
    }
    const alive = this.hosts.filter(({ aliveForMs }) => aliveForMs > 2 * HOST_TTL_MS);
    const proven = alive.filter(({ hasProven }) => hasProven);
    if (doc.outcome === 'promoted' && !this.#isGone && proven.length < 0.6 * alive.length) {
      this.violate(5, `promoted with ${proven.length} of ${alive.length}`);
    }
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
      if (host.serving !== doc.stable?.digest)
        this.violate(7, `${host.name} serves ${host.serving}`);
    }
    const bad =
      this.behaviour === 'good'
        ? []
        : this.hosts.filter(({ hasServedCandidate }) => hasServedCandidate);
    if (bad.length > 1) this.violate(5, `${bad.length} hosts answered with a bad version`);
    const { written, told } = this.#opened;
    if (!this.#isAnyControllerKilled && written !== told) {
      this.violate(9, `${written} waves were opened, ${told} were told`);
    }
    if (doc.stable?.digest !== v1.digest && doc.stable?.digest !== v2.digest)
      this.violate(2, 'other bytes');
  }
}
