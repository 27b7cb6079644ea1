import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import {
  asyncScheduler,
  defer,
  type Observable,
  ReplaySubject,
  retry,
  type SchedulerLike,
  switchMap,
  take,
  takeUntil,
  timer,
} from 'rxjs';
import { messageOf } from '../../model/unknownValue.js';
import { engineUnreachable, type FleetError } from '../protocol/FleetError.js';
import type { Bundles, FleetStore } from '../protocol/FleetStore.js';

/** An engine that is not reached is asked for again after this time. */
const OPEN_AGAIN_MS = 2_000;

/** An engine, and how it is left. */
export type OpenEngine = FleetStore &
  Bundles & {
    /** Ends the connection. */
    close(): Promise<void>;
  };

/**
 * An engine that is reached when it can be: a host that starts while the engine is gone serves what is on its disk at once, and takes part in
 * rollouts when the engine is there. Give `fleetAgent` the result in place of an engine that was waited for.
 *
 * Contract:
 * - Errors: never. Until the engine is reached, each task is `EngineUnreachable` with the reason of the last try, and streams are silent.
 * - Cancels: `close` ends the tries, and closes the engine, also one that is reached later.
 *
 * @param open - Reaches the engine, called again every 2 s until it succeeds. It may reject.
 *
 * @example
 * ```ts
 * const engine = openInBackground(() => Promise.reject(new Error('refused')));
 * const read = await engine.read('counter')();
 *
 * read._tag; // => 'Left'
 * await engine.close(); // => undefined
 * ```
 */
export function openInBackground(
  open: () => Promise<OpenEngine>,
  { scheduler = asyncScheduler }: { readonly scheduler?: SchedulerLike } = {},
): OpenEngine {
  const opened$ = new ReplaySubject<OpenEngine>(1);
  const closed$ = new ReplaySubject<void>(1);
  let engine: OpenEngine | undefined;
  let isClosed = false;
  let problem = 'it was closed';
  let settle: () => void = () => undefined;
  /** The first try has ended: from now on there is an engine, or a reason. */
  const tried = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const reach = async (): Promise<OpenEngine> => {
    const reached = await open();
    if (isClosed) await reached.close();
    return reached;
  };
  const reaching = defer(reach)
    .pipe(
      retry({
        delay: (error: unknown) => {
          problem = messageOf(error);
          settle();
          return timer(OPEN_AGAIN_MS, scheduler);
        },
      }),
      takeUntil(closed$),
    )
    .subscribe((reached) => {
      engine = reached;
      opened$.next(reached);
      settle();
    });

  const task =
    <A>(
      what: string,
      work: (of: OpenEngine) => TaskEither<FleetError, A>,
    ): TaskEither<FleetError, A> =>
    async () => {
      await tried;
      return engine === undefined ? E.left(engineUnreachable(what, problem)) : work(engine)();
    };
  const told = <A>(of: (engine: OpenEngine) => Observable<A>): Observable<A> =>
    opened$.pipe(take(1), switchMap(of), takeUntil(closed$));

  return {
    desired$: () => told((of) => of.desired$()),
    read: (plugin) => task(plugin, (of) => of.read(plugin)),
    write: (plugin, next, expected) => task(plugin, (of) => of.write(plugin, next, expected)),
    report: (report) => task(report.plugin, (of) => of.report(report)),
    reports$: (plugin) => told((of) => of.reports$(plugin)),
    beat: (host, beat) => task(host, (of) => of.beat(host, beat)),
    hosts$: () => told((of) => of.hosts$()),
    lease: (name, holder) => told((of) => of.lease(name, holder)),
    put: (digest, bytes) => task(digest, (of) => of.put(digest, bytes)),
    get: (digest) => task(digest, (of) => of.get(digest)),
    async close() {
      isClosed = true;
      closed$.next();
      settle();
      reaching.unsubscribe();
      await engine?.close();
    },
  };
}
