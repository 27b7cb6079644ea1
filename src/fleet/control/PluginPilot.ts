import * as E from 'fp-ts/lib/Either.js';
import { Observable, type SchedulerLike, type Subscriber, Subscription } from 'rxjs';
import { type Desired, decodeDesired } from '../protocol/Desired.js';
import type { FleetError } from '../protocol/FleetError.js';
import type { FleetStore, LiveHosts, Revision } from '../protocol/FleetStore.js';
import type { HostReport } from '../protocol/HostReport.js';
import { decideRollout, type RolloutDecision } from '../rollout/decideRollout.js';
import type { CompletePolicy } from '../rollout/RolloutPolicy.js';

/** A write that had no answer is repeated after this time. */
const REPEAT_AFTER_MS = 1_000;

/** What a controller did, or could not do. */
export interface RolloutEvent {
  readonly _tag:
    | 'LeaseTaken'
    | 'LeaseLost'
    | 'WaveOpened'
    | 'Baking'
    | 'Promoted'
    | 'Aborted'
    | 'GaveUp'
    | 'Inconclusive'
    | 'WriteFailed'
    | 'WriteRefused'
    | FleetError['_tag'];
  /** Empty for what concerns all plugins. */
  readonly plugin: string;
  readonly message: string;
}

/** What a pilot works with. */
export interface PilotPorts {
  readonly fleet: Pick<FleetStore, 'write' | 'read' | 'reports$'>;
  readonly documents$: Observable<Revision<unknown>>;
  readonly hosts$: Observable<LiveHosts>;
  readonly policy: CompletePolicy;
  readonly scheduler: SchedulerLike;
  readonly holder: string;
  readonly fence: number;
}

/** A write under way. */
interface PendingWrite {
  readonly next: Desired;
  readonly expected: number;
  readonly decision: RolloutDecision;
}

/** Steers the rollouts of one plugin, while its controller has the lease. */
export class PluginPilot {
  readonly #plugin: string;
  readonly #ports: PilotPorts;
  /** The newest document; undefined before the first. */
  #document: Revision<Desired> | undefined;
  #hosts: LiveHosts = { hosts: [], isComplete: false };
  /** The newest report of each host. */
  readonly #reports = new Map<string, HostReport>();
  /** The times in documents, as this controller's clock has them: by rollout, wave, field and value. */
  readonly #times = new Map<string, number>();
  /** The write under way, until it has an answer. */
  #write: PendingWrite | undefined;
  /** Counts the writes, for their `op`. */
  #count = 0;
  /** The next look, and what it is for: at once, or when time alone changes the decision. */
  #look = Subscription.EMPTY;
  readonly #ending = new Subscription();
  /** Set while somebody listens. */
  #told: Subscriber<RolloutEvent> | undefined;

  constructor(plugin: string, ports: PilotPorts) {
    this.#plugin = plugin;
    this.#ports = ports;
  }

  /** Steers while it is subscribed to; once. */
  events(): Observable<RolloutEvent> {
    // Three streams, timers and the answers of writes change one state: as a composition, a write under way could be cancelled.
    return new Observable((subscriber) => {
      this.#told = subscriber;
      const { documents$, hosts$, fleet } = this.#ports;
      this.#ending.add(hosts$.subscribe((hosts) => this.#seeHosts(hosts)));
      this.#ending.add(
        fleet.reports$(this.#plugin).subscribe((report) => {
          this.#reports.set(report.host, report);
          this.#lookAfter(0);
        }),
      );
      this.#ending.add(documents$.subscribe((document) => this.#seeDocument(document)));
      return () => {
        this.#told = undefined;
        this.#look.unsubscribe();
        this.#ending.unsubscribe();
      };
    });
  }

  #seeHosts(hosts: LiveHosts): void {
    this.#hosts = hosts;
    this.#lookAfter(0);
  }

  #seeDocument({ value, revision }: Revision<unknown>): void {
    if (revision <= (this.#document?.revision ?? 0)) return;
    const decoded = decodeDesired(this.#plugin, value);
    if (E.isLeft(decoded)) {
      this.#document = undefined;
      this.#tell(decoded.left._tag, decoded.left.message);
      return;
    }
    this.#document = { value: decoded.right, revision };
    this.#lookAfter(0);
  }

  /** Several reports in a row are one look. An earlier look takes the place of a later one. */
  #lookAfter(ms: number): void {
    this.#look.unsubscribe();
    this.#look = this.#ports.scheduler.schedule(() => this.#decide(), ms);
  }

  #decide(): void {
    if (this.#told === undefined || this.#document === undefined || this.#write !== undefined) {
      return;
    }
    const { scheduler, policy, fence, holder } = this.#ports;
    const { value, revision } = this.#document;
    const nowMs = scheduler.now();
    const reports = [...this.#reports.values()];
    const known = { value: this.#byOwnClock(value, nowMs), revision };
    const decision = decideRollout(known, this.#hosts, reports, nowMs, policy);
    const { next, atMs } = decision;
    if (next !== undefined) {
      this.#count += 1;
      const op = `${holder} ${fence}.${this.#count}`;
      this.#send({ next: { ...next, fence, op }, expected: revision, decision });
    } else if (atMs !== undefined) {
      this.#lookAfter(Math.max(0, atMs - nowMs));
    }
  }

  /** Another controller's clock may be an hour ahead: what it wrote counts from when this one saw it. */
  #byOwnClock(doc: Desired, nowMs: number): Desired {
    const { rollout, wave, below, openedAtMs, bakeFromMs } = doc;
    const own = (field: string, atMs: number | undefined): number => {
      const key = `${rollout} ${wave} ${field} ${atMs}`;
      const known = this.#times.get(key) ?? nowMs;
      this.#times.set(key, known);
      return known;
    };
    return {
      ...doc,
      // A wave of which nobody wrote when it was opened counts from when this controller saw it.
      ...(below !== null && { openedAtMs: own('opened', openedAtMs) }),
      bakeFromMs: bakeFromMs === null ? null : own('bake', bakeFromMs),
    };
  }

  #send(write: PendingWrite): void {
    this.#write = write;
    const { next, expected } = write;
    void this.#ports.fleet
      .write(this.#plugin, next, expected)()
      .then((written) => this.#answered(write, written));
  }

  #answered(write: PendingWrite, written: E.Either<FleetError, Revision<Desired>>): void {
    if (this.#told === undefined) return;
    if (E.isRight(written)) {
      this.#done(write, written.right);
      return;
    }
    const { _tag, message } = written.left;
    if (_tag === 'RevisionTaken') {
      this.#tell('WriteRefused', message);
      void this.#ports.fleet
        .read(this.#plugin)()
        .then((read) => this.#afterRefusal(write, read));
      return;
    }
    this.#tell('WriteFailed', message);
    // The same write again, with the same name: the engine may have done it.
    this.#ending.add(this.#ports.scheduler.schedule(() => this.#send(write), REPEAT_AFTER_MS));
  }

  #afterRefusal(
    write: PendingWrite,
    read: Awaited<ReturnType<ReturnType<FleetStore['read']>>>,
  ): void {
    if (this.#told === undefined) return;
    const current = E.isRight(read) && read.right._tag === 'Some' ? read.right.value : undefined;
    if (current?.value.op === write.next.op) {
      // An answer was lost: it was this write that took the revision.
      this.#done(write, current);
      return;
    }
    this.#write = undefined;
    const isNewer = (current?.revision ?? 0) > (this.#document?.revision ?? 0);
    if (current !== undefined) this.#seeDocument(current);
    // Without something newer to look at, the same decision would be refused again at once.
    this.#lookAfter(isNewer ? 0 : REPEAT_AFTER_MS);
  }

  #done({ decision, next }: PendingWrite, written: Revision<Desired>): void {
    this.#write = undefined;
    this.#times.clear();
    const { openedAtMs, bakeFromMs, rollout, wave } = next;
    // These times are by this clock, so they need no other.
    for (const [field, atMs] of [
      ['opened', openedAtMs],
      ['bake', bakeFromMs],
    ] as const) {
      if (typeof atMs === 'number') this.#times.set(`${rollout} ${wave} ${field} ${atMs}`, atMs);
    }
    this.#tell(eventOf(decision), `${this.#plugin}: ${decision.reason}`);
    this.#seeDocument(written);
    this.#lookAfter(0);
  }

  #tell(_tag: RolloutEvent['_tag'], message: string): void {
    this.#told?.next({ _tag, plugin: this.#plugin, message });
  }
}

function eventOf({ _tag, next }: RolloutDecision): RolloutEvent['_tag'] {
  switch (_tag) {
    case 'openWave':
      return 'WaveOpened';
    case 'bake':
      return 'Baking';
    case 'promote':
      return 'Promoted';
    case 'abort':
      return next?.outcome === 'inconclusive' ? 'GaveUp' : 'Aborted';
    case 'inconclusive':
    case 'wait':
      return 'Inconclusive';
  }
}
