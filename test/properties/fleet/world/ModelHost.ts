import * as E from 'fp-ts/lib/Either.js';
import { Subscription } from 'rxjs';
import { isInCohort } from '../../../../src/fleet/protocol/cohort.js';
import type { Desired } from '../../../../src/fleet/protocol/Desired.js';
import type { HostReport } from '../../../../src/fleet/protocol/HostReport.js';
import { report, v1, v2 } from '../../../unit/fleet/fleetWorld.js';
import type { FleetWorld } from './FleetWorld.js';

const FETCH_AGAIN_MS = 1_000;

/** A host as the agent's rules say that it behaves; what is on its disk stays when it dies. */
export class ModelHost {
  /** On the disk: the versions that are there, which of them is linked, the one on trial, and those that were refused. */
  readonly #versions = new Set<string>([v1.digest]);
  #linked = v1.digest;
  #trying: string | undefined;
  #refused = new Set<string>();
  /** In the process: what answers calls. Null while nothing does. */
  #serving: string | null = null;
  /** What has really happened here, whatever is reported. */
  hasProven = false;
  hasServedCandidate = false;
  #hasFailed = false;
  #count = 0;
  #starts = 0;
  #running: Subscription | undefined;
  #revision = 0;
  #document: Desired | undefined;
  /** The highest revision that this process has followed. */
  #followed = 0;
  #isSwitching = false;
  #startedAtMs = 0;
  #slot: HostReport | undefined;

  constructor(
    readonly name: string,
    readonly world: FleetWorld,
  ) {}

  get serving(): string | null {
    return this.#serving;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
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
    this.#followed = 0;
    this.#document = undefined;
    this.#isSwitching = false;
    this.#slot = undefined;
    this.#startedAtMs = world.time.elapsedMs;
    if (this.#trying !== undefined) {
      this.#refused.add(`r2 ${this.#trying}`);
      this.#hasFailed = true;
      this.#goBack();
      this.#trying = undefined;
    }
    // From the disk, whether or not there is an engine.
    if (world.bug !== 'startWaitsForEngine') this.#serving = this.#linked;
    const port = world.engine.port();
    const listen = (): void => {
      this.#running?.add(
        port.desired$().subscribe(({ value, revision }) => {
          if (revision <= this.#revision && world.bug !== 'olderDocumentFollowed') return;
          this.#revision = revision;
          this.#document = value;
          this.#serving ??= this.#linked;
          this.#settle();
        }),
      );
    };
    listen();
    const beat = (): void => {
      void port.beat(this.name, { boot: `${this.name}.${this.#starts}`, labels: {} })();
      if (world.bug === 'listensOnceMore') listen();
      this.#later(5_000, beat);
    };
    beat();
    const send = (): void => {
      const sent = this.#slot;
      if (sent !== undefined) {
        void port
          .report(sent)()
          .then((answer) => {
            const isForgotten = world.bug !== 'reportNeverForgotten';
            if (E.isRight(answer) && this.#slot === sent && isForgotten) this.#slot = undefined;
          });
      }
      this.#later(1_000, send);
    };
    send();
  }

  kill(): void {
    this.#running?.unsubscribe();
    this.#running = undefined;
    this.#serving = null;
  }

  /** What the document asks for, as far as this host goes along. */
  get #target(): string | undefined {
    const doc = this.#document;
    if (doc === undefined) return undefined;
    const isTried = isInCohort(doc, this.name) && !doc.refused.includes(v2.digest);
    const isRefused = (digest = '') => this.#refused.has(`${doc.rollout} ${digest}`);
    if (isTried && !isRefused(v2.digest)) return v2.digest;
    // With a stable version that it refuses, what serves goes on serving.
    return isRefused(doc.stable?.digest) ? undefined : doc.stable?.digest;
  }

  /** Whether it refuses this version, as one that ended the host. */
  refuses(digest: string | undefined): boolean {
    return this.#refused.has(`${this.#document?.rollout} ${digest}`);
  }

  #settle(): void {
    const doc = this.#document;
    if (doc === undefined || this.#isSwitching) return;
    if (this.#revision < this.#followed) {
      this.world.violate(11, `${this.name} follows ${this.#revision} after ${this.#followed}`);
    }
    this.#followed = Math.max(this.#followed, this.#revision);
    const isTried = isInCohort(doc, this.name) && !doc.refused.includes(v2.digest);
    if (isTried && this.#refused.has(`${doc.rollout} ${v2.digest}`)) this.#tell('nack');
    const target = this.#target;
    if (target === undefined || target === this.#linked) {
      if (isTried && this.#linked === v2.digest && this.hasProven) this.#tell('proven');
      return;
    }
    this.#isSwitching = true;
    this.#later(this.world.draws.whole(10, 800), () => void this.#fetch(target));
  }

  /** The bytes, from the engine unless they are on the disk. */
  async #fetch(target: string): Promise<void> {
    const running = this.#running;
    if (!this.#versions.has(target)) {
      const got = await this.world.engine.port().get(target)();
      if (this.#running !== running) return;
      if (E.isLeft(got)) {
        this.#isSwitching = false;
        this.#later(FETCH_AGAIN_MS, () => this.#settle());
        return;
      }
      this.#versions.add(target);
    }
    if (this.#target === target) this.#switchTo(target);
    else {
      this.#isSwitching = false;
      this.#settle();
    }
  }

  #switchTo(target: string): void {
    const { world } = this;
    const doc = this.#document;
    if (target === v1.digest || doc === undefined) {
      this.#isSwitching = false;
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
    if (world.bug === 'unloadedBeforeLoaded') this.#serving = null;
    this.#later(world.draws.whole(5, 200), () => this.#loaded(target));
  }

  #loaded(target: string): void {
    const { world } = this;
    this.#isSwitching = false;
    if (world.behaviour === 'failsToLoad') {
      this.#refuse();
      return;
    }
    this.#linked = target;
    this.#serving = target;
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
    this.#serving = v1.digest;
    this.#trying = undefined;
  }

  #tell(status: HostReport['status']): void {
    const boot = `${this.name}.${this.#starts}`;
    const serving = this.#serving;
    if (status === 'nack' && serving === v2.digest)
      this.world.violate(10, `${this.name} serves what it refuses`);
    this.#slot = report(this.name, status, { boot, serving, revision: this.#revision });
  }

  /** Nothing happens after the host has died. */
  #later(ms: number, work: () => void): void {
    this.#running?.add(this.world.time.view().schedule(() => work(), ms));
  }
}
