import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { none } from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { Observable, Subject } from 'rxjs';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import { abortedUnchanged } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadEvent, UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { ReloadResult, ReloadTarget } from '../../model/reload/ReloadTarget.js';
import type { TargetRequest } from '../../model/reload/TargetRequest.js';
import type { TraceSink } from '../../model/trace/TraceRecord.js';
import { hotReload } from '../../pipeline/hotReload.js';
import type { FirstLoad, WatchStatus } from '../../pipeline/options/HotReloadOptions.js';
import type { Crossing } from '../../pipeline/record/Boundary.js';
import { anything, yesOrNo } from '../../pipeline/record/crossings.js';
import type { TargetExtras } from '../../pipeline/record/wrapTarget.js';
import { SeededRandom } from '../../policies/SeededRandom.js';
import { MeasuredState } from '../../sinks/effects/fromTask.js';
import type { TraceHeader } from '../file/TraceHeader.js';
import { LateTime } from '../virtual/LateTime.js';
import { virtualTask } from '../virtual/virtualTask.js';
import { modelledOptions, type OptionChanges } from './modelOptions.js';
import type { Timed } from './Recorded.js';
import { RecordedAnswers } from './RecordedAnswers.js';
import type { RunFacts, Save } from './RunFacts.js';
import { recordedOutcomes } from './recordedOutcomes.js';
import { ModelSignal, type Signal } from './Signals.js';

/** How a model run went. */
export interface ModelRun {
  readonly events: readonly ReloadEvent[];
  /** Attempts, and how many of them were at a content that was never attempted when it was recorded. */
  readonly attemptCount: number;
  readonly guessedCount: number;
}

/** What a model run may differ in. */
export interface ModelChanges extends OptionChanges {
  /** The run lasts as long after what was recorded. Default 0. */
  readonly extraMs?: number;
  /** Records the model run. */
  readonly trace?: TraceSink;
  /** Whether timers are as late as they were. Default true. */
  readonly isLate?: boolean;
}

/**
 * Runs a pipeline with the recorded inputs in virtual time: the same saves, and for each attempt how long it took and how it ended. This is
 * no replay: with other options, or other timers, it makes other attempts.
 */
export function runModel(
  header: TraceHeader,
  facts: RunFacts,
  changes: ModelChanges = {},
): ModelRun {
  const { extraMs = 0, isLate = true } = changes;
  const time = new LateTime(facts.startMs, isLate ? latenessOf(facts) : () => 0);
  const { exact } = time;
  const answers = new RecordedAnswers();
  const ports = {
    answers,
    busy: new ModelSignal<boolean>(),
    flush: new ModelSignal<unknown>(),
    retryNow: new ModelSignal<unknown>(),
  };
  const target = new ModelTarget(header, facts, { time, answers });
  const source$ = new Subject<WatchEvent>();
  const load$ = new Subject<Either<ReloadError, FirstLoad>>();
  const watchStatus$ = new Subject<WatchStatus>();
  const events: ReloadEvent[] = [];
  const inputs: (Timed<unknown> & { readonly work: () => void })[] = [];
  const add = <A>(values: readonly Timed<A>[], work: (value: A) => void): void => {
    for (const timed of values) inputs.push({ ...timed, work: () => work(timed.value) });
  };

  add(facts.loads, (load) => {
    if (!isLeft(load)) target.versions.set(load.right.plugin, load.right.version);
    load$.next(load);
  });
  add(facts.statuses, (status) => watchStatus$.next(status));
  for (const save of facts.saves) {
    add([save], (event) => {
      answers.turnTo(save);
      target.saved(save);
      source$.next(event);
    });
  }
  add(facts.foreign, (event) => target.foreign(event));
  add(facts.requests, (request) => target.request(request));
  const addSignal = <A>(
    recorded: Signal | undefined,
    { decode }: Crossing<A>,
    signal: ModelSignal<A>,
  ): void => {
    for (const given of recorded?.values ?? []) {
      add([given], (json) => signal.give(decode(json), given.isInitial));
    }
    if (recorded?.end !== undefined) add([recorded.end], () => signal.end());
  };
  addSignal(facts.signals.get('busy'), yesOrNo, ports.busy);
  addSignal(facts.signals.get('flush'), anything, ports.flush);
  addSignal(facts.signals.get('retryNow'), anything, ports.retryNow);
  if (facts.sourceEnd !== undefined) add([facts.sourceEnd], () => source$.complete());
  // What comes at one time comes in its order, whatever stream it is of.
  inputs.sort((a, b) => a.order - b.order);
  for (const { afterMs, work } of inputs) exact.schedule(work, afterMs);

  const subscription = hotReload({
    ...modelledOptions(header, ports, changes),
    source$,
    target,
    load: load$,
    watchStatus$,
    scheduler: time,
    ...(changes.trace && { trace: changes.trace }),
    random: new SeededRandom(header.seed).next,
    onHookError: () => undefined,
  }).subscribe((event) => events.push(event));
  // Nothing tells when there are no more loads.
  const loadedAfterMs = Math.max(0, ...facts.loads.map(({ afterMs }) => afterMs));
  exact.schedule(() => load$.complete(), loadedAfterMs);
  const endMs = facts.startMs + facts.endsAfterMs + extraMs;
  while (time.nextDueMs <= endMs) time.runNext();
  subscription.unsubscribe();
  const { attemptCount, guessedCount } = target;
  return { events, attemptCount, guessedCount };
}

/** A timer is as late as the recorded one that was due nearest to it. */
function latenessOf({ lateness, startMs }: RunFacts): (dueMs: number) => number {
  const sorted = lateness.toSorted((a, b) => a.dueAfterMs - b.dueAfterMs);
  return (dueMs) => {
    const due = dueMs - startMs;
    let from = 0;
    let to = sorted.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((sorted[middle]?.dueAfterMs ?? 0) < due) from = middle + 1;
      else to = middle;
    }
    const [before, after] = [sorted[from - 1], sorted[from]];
    if (before === undefined || after === undefined) return (before ?? after)?.lateMs ?? 0;
    return due - before.dueAfterMs < after.dueAfterMs - due ? before.lateMs : after.lateMs;
  };
}

/** A target that ends each attempt as a recorded one ended. */
class ModelTarget implements ReloadTarget, TargetExtras {
  /** The version of each plugin that serves. */
  readonly versions = new Map<string, number>();
  attemptCount = 0;
  guessedCount = 0;
  /** What each plugin's files are now: the number of the last save among the recorded ones. */
  readonly #contents = new Map<string, number>();
  /** The plugins that the save under way concerns. */
  #concerned: readonly string[] = [];
  readonly #outcomes;
  readonly #foreign = new Subject<UnstampedEvent>();
  readonly #requests = new Subject<TargetRequest>();
  readonly #hasRequests: boolean;

  constructor(
    { options }: TraceHeader,
    facts: RunFacts,
    private readonly ports: { readonly time: LateTime; readonly answers: RecordedAnswers },
  ) {
    this.#outcomes = recordedOutcomes(facts);
    this.#hasRequests = options.target.includes('requests$');
    for (const { plugin, outcome } of facts.attempts) {
      if (outcome === undefined || isLeft(outcome) || this.versions.has(plugin)) continue;
      if (outcome.right.from > 0) this.versions.set(plugin, outcome.right.from);
    }
  }

  readonly events$ = this.#foreign.asObservable();
  readonly requests$ = new Observable<TargetRequest>((subscriber) =>
    this.#hasRequests ? this.#requests.subscribe(subscriber) : undefined,
  );

  saved({ plugins, contents }: Save): void {
    this.#concerned = plugins;
    for (const [plugin, content] of contents) this.#contents.set(plugin, content);
  }

  foreign(event: UnstampedEvent): void {
    if (event._tag === 'RolledBack') this.versions.set(event.plugin, event.to);
    if (event._tag === 'Restarted') this.versions.set(event.plugin, event.version);
    this.#foreign.next(event);
  }

  request(request: TargetRequest): void {
    const { plugin, swap } = request;
    const swapped = this.#outcomes.nextOther('swap', plugin);
    this.#requests.next({
      ...request,
      ...(swap && {
        swap: () =>
          this.#task(swapped?.tookMs ?? 0, () =>
            right({ to: this.versions.get(plugin) ?? 0, events: [] }),
          ),
      }),
    });
  }

  pluginsOf = (): readonly string[] => this.#concerned;

  plugins = () => Array.from(this.versions, ([plugin, version]) => ({ plugin, version }));

  reloadPlugin: ReloadTarget['reloadPlugin'] = (plugin, options) => () => {
    this.attemptCount += 1;
    const recorded = this.#outcomes.next(plugin, this.#contents.get(plugin) ?? 0);
    if (recorded?.isGuessed !== false) this.guessedCount += 1;
    const { attempt } = recorded ?? {};
    for (const { afterMs, bytes, sha256 } of attempt?.saves ?? []) {
      const state = new MeasuredState(bytes, sha256);
      this.ports.time.exact.schedule(
        () => {
          void options?.saveState?.({ plugin, schema: 0, codeHash: '', state })();
        },
        afterMs - (attempt?.afterMs ?? 0),
      );
    }
    const tookMs = attempt === undefined ? 0 : (attempt.tookMs ?? Infinity);
    return this.#task(tookMs, (): Either<ReloadError, ReloadResult> => {
      if (attempt !== undefined) this.ports.answers.turnTo(attempt);
      const outcome = attempt?.outcome;
      const from = this.versions.get(plugin) ?? 0;
      if (options?.signal?.aborted === true) return left(abortedUnchanged(plugin));
      if (outcome !== undefined && isLeft(outcome)) return outcome;
      const result = outcome?.right ?? { from: 0, to: 1, stageMs: {} };
      const to = result.from === result.to ? from : from + 1;
      this.versions.set(plugin, to);
      return right({ ...result, from, to });
    })();
  };

  restartPlugin: ReloadTarget['restartPlugin'] = (plugin) => {
    const task = this.#outcomes.nextOther('restart', plugin);
    return this.#task(task?.tookMs ?? 0, () => right({ version: this.versions.get(plugin) ?? 1 }));
  };

  unloadPlugin: ReloadTarget['unloadPlugin'] = (plugin) => {
    const task = this.#outcomes.nextOther('unload', plugin);
    return this.#task(task?.tookMs ?? 0, () => {
      this.versions.delete(plugin);
      return right(undefined);
    });
  };

  loadDependencies = (plugin: string): TaskEither<ReloadError, void> => {
    const task = this.#outcomes.nextOther('dependencies', plugin);
    // Without one, the target had none to load: nothing may come between.
    return this.#task(task?.tookMs ?? 0, () => right(undefined));
  };

  validatePlugin: ReloadTarget['validatePlugin'] = () => TE.right(undefined);
  getPluginState: ReloadTarget['getPluginState'] = () => TE.right(none);
  restorePluginState: ReloadTarget['restorePluginState'] = () => TE.right(undefined);
  replacePlugin: ReloadTarget['replacePlugin'] = (_, version) => TE.right({ version });

  #task<A>(tookMs: number, result: () => Either<ReloadError, A>): TaskEither<ReloadError, A> {
    return virtualTask(this.ports.time.exact, tookMs, result);
  }
}
