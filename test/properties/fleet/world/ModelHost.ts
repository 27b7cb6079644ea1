import * as E from 'fp-ts/lib/Either.js';
import { Subscription } from 'rxjs';
import { isInCohort } from '../../../../src/fleet/protocol/cohort.js';
import type { Desired } from '../../../../src/fleet/protocol/Desired.js';
import type { HostReport } from '../../../../src/fleet/protocol/HostReport.js';
import { report, v1, v2 } from '../../../unit/fleet/fleetWorld.js';
import type { FleetWorld } from './FleetWorld.js';

/** A host as the agent's rules say that it behaves; what is on its disk stays when it dies. */
export class ModelHost {
  /** On the disk. */
  #linked = v1.digest;
  #trying: string | undefined;
  #refused = new Set<string>();
  /** What has really happened here, whatever is reported. */
  hasProven = false;
  hasServedCandidate = false;
  #hasFailed = false;
  #count = 0;
  #starts = 0;
  #running: Subscription | undefined;
  #revision = 0;
  #document: Desired | undefined;
  #isSwitching = false;
  #startedAtMs = 0;
  #slot: HostReport | undefined;

  constructor(
    readonly name: string,
    readonly world: FleetWorld,
  ) {}

  get serving(): string {
    return this.#linked;
  }

  get aliveForMs(): number {
    return this.#running === undefined ? 0 : this.world.time.elapsedMs - this.#startedAtMs;
  }

  start(): void {
    if (this.#running !== undefined) return;
    const { world } = this;
    this.#running = new Subscription();
    this.#starts += 1;
    this.#revision = 0;
    this.#isSwitching = false;
    this.#slot = undefined;
    this.#startedAtMs = world.time.elapsedMs;
    if (this.#trying !== undefined) {
      this.#refused.add(`r2 ${this.#trying}`);
      this.#hasFailed = true;
      this.#goBack();
      this.#trying = undefined;
    }
    const port = world.port();
    const beat = (): void => {
      void port.beat(this.name, { boot: `${this.name}.${this.#starts}`, labels: {} })();
      this.#later(5_000, beat);
    };
    beat();
    this.#running.add(
      port.desired$().subscribe(({ value, revision }) => {
        if (revision <= this.#revision) return;
        this.#revision = revision;
        this.#document = value;
        this.#settle();
      }),
    );
    const send = (): void => {
      const sent = this.#slot;
      if (sent !== undefined) {
        void port
          .report(sent)()
          .then((answer) => {
            if (E.isRight(answer) && this.#slot === sent) this.#slot = undefined;
          });
      }
      this.#later(1_000, send);
    };
    send();
  }

  kill(): void {
    this.#running?.unsubscribe();
    this.#running = undefined;
  }

  #settle(): void {
    const doc = this.#document;
    if (doc === undefined || this.#isSwitching) return;
    const isTried = isInCohort(doc, this.name) && !doc.refused.includes(v2.digest);
    const isRefused = this.#refused.has(`${doc.rollout} ${v2.digest}`);
    if (isTried && isRefused) this.#tell('nack');
    const target = isTried && !isRefused ? v2.digest : doc.stable?.digest;
    if (target === undefined || target === this.#linked) {
      if (isTried && this.#linked === v2.digest && this.hasProven) this.#tell('proven');
      return;
    }
    this.#isSwitching = true;
    this.#later(this.world.draws.whole(10, 800), () => this.#switchTo(target, doc));
  }

  #switchTo(target: string, doc: Desired): void {
    const { world } = this;
    this.#isSwitching = false;
    if (target === v1.digest) {
      this.#goBack();
      this.#settle();
      return;
    }
    const isPromoted = doc.stable?.digest === v2.digest;
    if (!isPromoted && !world.mayRun(this.name))
      world.violate(3, `${this.name} is outside of the cohort`);
    if (this.#refused.has(`${doc.rollout} ${target}`))
      world.violate(8, `${this.name} tries it again`);
    this.#tell('accepted');
    this.#trying = target;
    if (world.behaviour === 'ends') {
      this.hasServedCandidate = true;
      this.kill();
      world.time.view().schedule(() => this.start(), 1_500);
      return;
    }
    if (world.behaviour === 'failsToLoad') {
      this.#refuse();
      return;
    }
    this.#linked = target;
    this.hasServedCandidate = true;
    this.#count += 1;
    if (world.bug === 'attributionByLink' && world.draws.chance(0.2)) {
      // A late failure of the version before is taken for one of what is linked now.
      this.#refuse('unfounded');
      return;
    }
    this.#tell(world.bug === 'ackAtReloaded' ? 'proven' : 'serving');
    this.#later(2_000, () => {
      if (this.#linked !== target) return;
      if (world.behaviour === 'failsLater') {
        this.#refuse();
        return;
      }
      this.hasProven = true;
      this.#trying = undefined;
      this.#tell('proven');
      this.#settle();
    });
  }

  #refuse(kind: 'founded' | 'unfounded' = 'founded'): void {
    if (kind === 'founded') this.#hasFailed = true;
    this.#goBack();
    this.#trying = undefined;
    this.#refused.add(`r2 ${v2.digest}`);
    this.#tell('nack');
    if (!this.#hasFailed) this.world.violate(10, `${this.name} refused what has not failed`);
    this.#settle();
  }

  #goBack(): void {
    const before = this.#count;
    if (this.#linked === v2.digest && this.world.bug === 'reloadInsteadOfWayBack') this.#count = 0;
    if (this.#count < before)
      this.world.violate(13, `${this.name} has lost ${before - this.#count} calls`);
    this.#linked = v1.digest;
    this.#trying = undefined;
  }

  #tell(status: HostReport['status']): void {
    const boot = `${this.name}.${this.#starts}`;
    const serving = this.#linked;
    if (status === 'nack' && serving === v2.digest)
      this.world.violate(10, `${this.name} serves what it refuses`);
    this.#slot = report(this.name, status, { boot, serving, revision: this.#revision });
  }

  /** Nothing happens after the host has died. */
  #later(ms: number, work: () => void): void {
    this.#running?.add(this.world.time.view().schedule(() => work(), ms));
  }
}
