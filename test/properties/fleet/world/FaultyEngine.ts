import * as E from 'fp-ts/lib/Either.js';
import { concatMap, delay, finalize, map, mergeMap, Observable, of, tap } from 'rxjs';
import { memoryFleet } from '../../../../src/fleet/control/memoryFleet.js';
import type { Desired } from '../../../../src/fleet/protocol/Desired.js';
import { engineUnreachable, type FleetError } from '../../../../src/fleet/protocol/FleetError.js';
import type { Bundles, FleetStore } from '../../../../src/fleet/protocol/FleetStore.js';
import type { HostReport } from '../../../../src/fleet/protocol/HostReport.js';
import type { VirtualTime } from '../../../../src/trace/virtual/VirtualTime.js';
import type { Draws } from './draws.js';
import type { FleetBug } from './FleetBug.js';

/** Without a beat for so long, a host is not alive. */
export const HOST_TTL_MS = 6_000;

/** What an engine is told beside its faults. */
interface EngineParts {
  readonly time: VirtualTime;
  readonly draws: Draws;
  readonly bug: FleetBug | undefined;
  readonly violate: (rule: number, what: string) => void;
}

/**
 * The fleet in memory behind a network: slow, at times gone, with answers that are lost and documents that come late, twice and in another
 * order. Whatever passes it is counted, and checked where a rule is about what an engine takes.
 */
export class FaultyEngine {
  readonly store: FleetStore & Bundles;
  /** While it is gone, nothing reaches it and nothing is answered. */
  isGone = false;
  /** No more faults. */
  isQuiet = false;
  /** What has reached it. */
  readonly messages = { beats: 0, others: 0 };
  /** Streams that are listened to. */
  listeners = 0;
  readonly #parts: EngineParts;
  /** The largest fence that somebody had who has written. */
  #fence = 0;
  /** The revision of the last report, by the boot of its host. */
  readonly #revisions = new Map<string, number>();

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.store = memoryFleet({ scheduler: parts.time, hostTtlMs: HOST_TTL_MS });
  }

  /** The engine as one process sees it. */
  port(): FleetStore & Bundles {
    const { store } = this;
    const { draws, bug, time } = this.#parts;
    /** The fence that this process was given last. What it writes may say another one. */
    let given = 0;
    return {
      put: (digest, bytes) => this.#call('others', () => store.put(digest, bytes)()),
      get: (digest) => this.#call('others', () => store.get(digest)()),
      read: (plugin) => this.#call('others', () => store.read(plugin)()),
      write: (plugin, next, expected) => {
        let tries = 0;
        const writing = this.#call('others', () => {
          tries += 1;
          const op =
            bug === 'repeatWithoutOp' ? `${next.op} ${tries} ${draws.whole(0, 1e9)}` : next.op;
          return this.#write(plugin, { ...next, op }, { expected, given });
        });
        if (bug !== 'silenceTakenForDone') return writing;
        return async () => {
          const answer = await writing();
          return E.isLeft(answer) && answer.left._tag === 'EngineUnreachable'
            ? E.right({ value: next, revision: expected + 1 })
            : answer;
        };
      },
      report: (report) =>
        this.#call('others', () => {
          this.#seeReport(report);
          return store.report(report)();
        }),
      beat: (host, beat) => this.#call('beats', () => store.beat(host, beat)()),
      reports$: (plugin) => this.#listened(store.reports$(plugin)),
      // Late, repeated, and in another order.
      desired$: () =>
        this.#listened(store.desired$()).pipe(
          mergeMap((document) => {
            const copies = draws.chance(0.2) ? [document, document] : [document];
            return of(...copies).pipe(
              mergeMap((copy) => of(copy).pipe(delay(draws.whole(0, 900), time))),
            );
          }),
          map(({ value, revision }) => {
            if (bug !== 'waveSizedByShrunkenSet') return { value, revision };
            const rest = { ...value };
            Reflect.deleteProperty(rest, 'hostCount');
            return { value: rest, revision };
          }),
        ),
      hosts$: () =>
        this.#listened(store.hosts$()).pipe(
          concatMap((live) => {
            if (this.isQuiet || !draws.chance(0.3)) return of(live);
            const hosts = live.hosts.filter(() => draws.chance(0.4));
            const cut = { hosts, isComplete: bug === 'truncatedListIsComplete' };
            return of(cut, live).pipe(
              concatMap((one) => of(one).pipe(delay(draws.whole(0, 2_000), time))),
            );
          }),
        ),
      lease: (name, holder) =>
        this.#listened(store.lease(name, holder)).pipe(
          tap(({ fence }) => {
            given = fence;
          }),
        ),
    };
  }

  /** A request: slow, done or not, answered or not. What is done while it is on its way decides. */
  #call<A>(
    kind: 'beats' | 'others',
    work: () => Promise<E.Either<FleetError, A>>,
  ): () => Promise<E.Either<FleetError, A>> {
    const { draws, time } = this.#parts;
    return async () => {
      const isLost = !this.isQuiet && draws.chance(0.1);
      const isDone = !isLost || draws.chance(0.5);
      await new Promise<void>((resolve) =>
        time.view().schedule(() => resolve(), draws.whole(0, 60)),
      );
      const reaches = isDone && !this.isGone;
      if (reaches) this.messages[kind] += 1;
      const answer = reaches ? await work() : undefined;
      return isLost || answer === undefined ? E.left(engineUnreachable('p', 'no answer')) : answer;
    };
  }

  async #write(
    plugin: string,
    next: Desired,
    { expected, given }: { readonly expected: number; readonly given: number },
  ): ReturnType<ReturnType<FleetStore['write']>> {
    const fence = this.#parts.bug === 'oldFenceTaken' ? this.#fence : next.fence;
    const written = await this.store.write(plugin, { ...next, fence }, expected)();
    if (E.isLeft(written)) return written;
    if (given < this.#fence) {
      this.#parts.violate(12, `a write of fence ${given} was done after one of ${this.#fence}`);
    }
    this.#fence = Math.max(this.#fence, given);
    return written;
  }

  #seeReport({ boot, revision }: HostReport): void {
    const last = this.#revisions.get(boot) ?? 0;
    if (revision < last) {
      this.#parts.violate(11, `${boot} reports revision ${revision} after ${last}`);
    }
    this.#revisions.set(boot, revision);
  }

  #listened<A>(source$: Observable<A>): Observable<A> {
    return new Observable<A>((subscriber) => {
      this.listeners += 1;
      return source$.pipe(finalize(() => (this.listeners -= 1))).subscribe(subscriber);
    });
  }
}
