import { type Either, isLeft, left } from 'fp-ts/lib/Either.js';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadEvent, UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { ReloadResult } from '../../model/reload/ReloadTarget.js';
import type { TargetRequest } from '../../model/reload/TargetRequest.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import type { FirstLoad, WatchStatus } from '../../pipeline/options/HotReloadOptions.js';
import {
  decodeThrown,
  firstLoad,
  firstLoads,
  foreignEvent,
  reloadOutcome,
  watchEvent,
  watchStatus,
} from '../../pipeline/record/crossings.js';
import { targetRequest } from '../../pipeline/record/wrapTarget.js';
import { fieldOf } from '../replay/fieldsOf.js';
import type { ReplayListener } from '../replay/ReplayedTimer.js';
import type { Answer, Timed } from './Recorded.js';
import { type Signal, SignalLog } from './Signals.js';

/** Streams of the options of which only what they give counts. */
const SIGNALS: ReadonlySet<string> = new Set(['busy', 'flush', 'retryNow']);
/** Functions of the options whose answers a model uses again. */
const ANSWERS: ReadonlySet<string> = new Set([
  'debounce.window',
  'backoff.delay',
  'backoff.retryIf',
  'backoff.budget',
  'breaker.openForMs',
  'breaker.classify',
]);

/** A save, and the plugins that it concerned. */
export interface Save extends Timed<WatchEvent> {
  readonly plugins: readonly string[];
  /** The number of this save among those of each plugin, from 1: the content that it made. */
  readonly contents: ReadonlyMap<string, number>;
  /** What `debounce.window` answered about it. */
  readonly answers: readonly Answer[];
}

/** One attempt at a reload, as it was recorded. */
export interface Attempt {
  readonly plugin: string;
  /** How many saves of this plugin there had been: the content that the attempt saw. */
  readonly content: number;
  readonly afterMs: number;
  /** Undefined: it had not ended when the recording did. */
  readonly tookMs: number | undefined;
  readonly outcome: Either<ReloadError, ReloadResult> | undefined;
  /** Sizes and hashes of states that were saved meanwhile, and when. */
  readonly saves: readonly {
    readonly afterMs: number;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  /** What functions of the options answered about its end. */
  readonly answers: readonly Answer[];
}

/** A task other than a reload: how long it took, in the order of its kind and plugin. */
export interface OtherTask {
  readonly op: string;
  readonly plugin: string;
  readonly tookMs: number;
  readonly value: unknown;
}

/** What a run was made of, apart from the pipeline: what a model of it needs. */
export interface RunFacts {
  readonly startMs: number;
  readonly endsAfterMs: number;
  readonly saves: readonly Save[];
  readonly sourceEnd: Timed<undefined> | undefined;
  /** By the name of the stream: `busy`, `flush` and `retryNow`. */
  readonly signals: ReadonlyMap<string, Signal>;
  /** Names of functions that gave something to wait for, which no model knows. */
  readonly unknown: readonly string[];
  readonly loads: readonly Timed<Either<ReloadError, FirstLoad>>[];
  readonly statuses: readonly Timed<WatchStatus>[];
  readonly foreign: readonly Timed<UnstampedEvent>[];
  readonly requests: readonly Timed<TargetRequest>[];
  readonly attempts: readonly Attempt[];
  readonly others: readonly OtherTask[];
  /** How late each timer fired that did, by the time at which it was due. */
  readonly lateness: readonly { readonly dueAfterMs: number; readonly lateMs: number }[];
  readonly events: readonly ReloadEvent[];
}

/** Collects what a replay tells: `listener` goes to the replay, and `facts` has the result after it. */
export function collectFacts(startMs: number): {
  readonly listener: ReplayListener;
  readonly facts: (events: readonly ReloadEvent[]) => RunFacts;
} {
  const saves: (Timed<WatchEvent> & { contents: Map<string, number>; answers: Answer[] })[] = [];
  const loads: Timed<Either<ReloadError, FirstLoad>>[] = [];
  const statuses: Timed<WatchStatus>[] = [];
  const foreign: Timed<UnstampedEvent>[] = [];
  const requests: Timed<TargetRequest>[] = [];
  const attempts: (Attempt & { readonly answers: Answer[] })[] = [];
  const signals = new SignalLog();
  const unknown = new Set<string>();
  const others: OtherTask[] = [];
  const lateness: RunFacts['lateness'][number][] = [];
  const contents = new Map<string, number>();
  const open = new Map<number, Omit<Attempt, 'tookMs' | 'outcome' | 'answers'> & { op: string }>();
  const saved = new Map<number, Attempt['saves'][number][]>();
  let sourceEnd: Timed<undefined> | undefined;
  let endsAfterMs = 0;
  let count = 0;
  /** Time after the start. The wall clock may have been set back meanwhile. */
  const after = (atMs: number): number => {
    endsAfterMs = Math.max(endsAfterMs, atMs - startMs);
    return endsAfterMs;
  };
  const timed = <A>(atMs: number, value: A): Timed<A> => {
    count += 1;
    return { afterMs: after(atMs), value, order: count };
  };

  const listener: ReplayListener = {
    timerFired: ({ dueMs, atMs }) => {
      lateness.push({ dueAfterMs: dueMs - startMs, lateMs: Math.max(0, atMs - dueMs) });
      after(atMs);
    },
    cameIn: ({ stream, json, atMs, isInitial }) => {
      switch (stream) {
        case 'source':
          saves.push({ ...timed(atMs, watchEvent.decode(json)), contents: new Map(), answers: [] });
          break;
        case 'load':
          loads.push(timed(atMs, firstLoad.decode(json)));
          break;
        case 'watchStatus':
          statuses.push(timed(atMs, watchStatus.decode(json)));
          break;
        case 'target':
          foreign.push(timed(atMs, foreignEvent.decode(json)));
          break;
        case 'requests':
          requests.push(timed(atMs, targetRequest.decode(json)));
          break;
        default:
          signals.cameIn(stream, { ...timed(atMs, json), isInitial });
      }
    },
    ended: ({ stream, atMs, isError }) => {
      const end = timed(atMs, undefined);
      if (SIGNALS.has(stream)) signals.ended(stream, end);
      // A source that fails is subscribed to again.
      else if (stream === 'source' && !isError) sourceEnd = end;
    },
    asked: ({ name, record }) => {
      if (record.k === 'hook') {
        if (name === 'backoff.delay') unknown.add(name);
        return;
      }
      const about = name === 'debounce.window' ? saves.at(-1) : attempts.at(-1);
      if (ANSWERS.has(name)) about?.answers.push({ name, record });
    },
    answered: ({ name, value }) => {
      const save = saves.at(-1);
      if (name !== 'pluginsOf' || save === undefined || !Array.isArray(value)) return;
      for (const plugin of value) {
        if (typeof plugin !== 'string' || save.contents.has(plugin)) continue;
        const content = (contents.get(plugin) ?? 0) + 1;
        save.contents.set(plugin, content);
        contents.set(plugin, content);
      }
    },
    taskBegan: ({ id, op, plugin, atMs }) => {
      const content = contents.get(plugin) ?? 0;
      open.set(id, { op, plugin, content, afterMs: after(atMs), saves: [] });
    },
    saved: ({ id, atMs, bytes, sha256 }) => {
      saved.set(id, [...(saved.get(id) ?? []), { afterMs: after(atMs), bytes, sha256 }]);
    },
    taskEnded: ({ id, record, atMs }) => {
      const task = open.get(id);
      const afterMs = after(atMs);
      if (task === undefined) return;
      open.delete(id);
      const { op, ...began } = task;
      const tookMs = afterMs - began.afterMs;
      const json = fieldOf(record, 'v');
      if (op === 'load') loads.push(...loadsOf(json).map((load) => timed(atMs, load)));
      else if (op === 'reload') {
        const thrown = fieldOf(record, 'x');
        // The pipeline takes what a reload throws for a failure too.
        const outcome =
          thrown === undefined
            ? reloadOutcome.decode(json)
            : left(toReloadError(began.plugin, decodeThrown(thrown)));
        attempts.push({ ...began, tookMs, outcome, saves: saved.get(id) ?? [], answers: [] });
      } else others.push({ op, plugin: began.plugin, tookMs, value: json });
    },
  };
  return {
    listener,
    facts: (events) => {
      const unended = [...open.values()].flatMap(({ op, ...began }) =>
        op === 'reload' ? [{ ...began, tookMs: undefined, outcome: undefined, answers: [] }] : [],
      );
      return {
        startMs,
        endsAfterMs,
        sourceEnd,
        signals: signals.all(),
        unknown: [...unknown],
        saves: saves.map((save) => ({ ...save, plugins: [...save.contents.keys()] })),
        loads,
        statuses,
        foreign,
        requests,
        attempts: [...attempts, ...unended].sort((a, b) => a.afterMs - b.afterMs),
        others,
        lateness,
        events,
      };
    },
  };
}

function loadsOf(json: unknown): readonly Either<ReloadError, FirstLoad>[] {
  const all = json === undefined ? undefined : firstLoads.decode(json);
  return all === undefined || isLeft(all) ? [] : all.right;
}
