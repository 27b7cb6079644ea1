import { dirname } from 'node:path';
import { asyncScheduler, Observable, type SchedulerLike, Subscription } from 'rxjs';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import type { StaleFile } from '../../runtime/code/staleFiles.js';
import type { AttemptSight } from '../../runtime/registry/Attempts.js';

/**
 * How long after an attempt its files are looked at for the first time, in milliseconds. By then a source that settles within 50 ms has told
 * what it sees.
 */
const FIRST_MS = 100;
/**
 * Each look waits twice as long as the one before; so a file that is put back after so many milliseconds is found within three times that.
 * The last of them comes 12.7 s after the attempt: the source itself has then looked at everything twice.
 */
const LOOKS_COUNT = 7;
/** A difference counts that is still there after this time, in milliseconds: a file may be half written. */
const CONFIRM_MS = 100;

/** What knows the attempts: a `PluginRuntime`. */
export interface KnowsAttempts {
  readonly attempts$: Observable<AttemptSight>;
  /** The files that a new attempt would find otherwise than this one did. */
  changedSince(attempt: AttemptSight): readonly StaleFile[];
}

/** The looks after one attempt. */
interface Looks {
  readonly sight: AttemptSight;
  /** The number of events before the attempt: the files of later ones start another attempt anyway. */
  readonly sinceCount: number;
  /** Waits for the next look. */
  timer: Subscription;
}

/**
 * Emits the files that an attempt has found otherwise than they are now, and that the source says nothing about. A folder that is away for some
 * milliseconds, a text that is written and put back: the source, which reports what differs in the end, sees no difference, but an attempt
 * may have looked just then.
 *
 * Each path is emitted once per attempt. An attempt that finds nothing new because of it is looked after less often.
 */
export class MissedChanges {
  readonly #byKey = new Map<string, Looks>();
  /** How often in a row the looks of a key have emitted something. */
  readonly #emitted = new Map<string, number>();
  /** By path: the number of the last event that told a change of it. Holds those that came while there are looks. */
  readonly #told = new Map<string, number>();
  #eventCount = 0;

  constructor(
    readonly runtime: KnowsAttempts,
    readonly scheduler: SchedulerLike = asyncScheduler,
  ) {}

  /** Looks after each attempt for as long as somebody is subscribed. */
  get changes$(): Observable<readonly StaleFile[]> {
    return new Observable((subscriber) => {
      const attempts = this.runtime.attempts$.subscribe((sight) => {
        this.#begin(sight, (stale) => subscriber.next(stale));
      });
      return () => {
        attempts.unsubscribe();
        for (const { timer } of this.#byKey.values()) timer.unsubscribe();
        this.#byKey.clear();
        this.#emitted.clear();
        this.#told.clear();
      };
    });
  }

  /** The source has told a change. */
  tell(event: WatchEvent): void {
    if (this.#byKey.size === 0) return;
    this.#eventCount += 1;
    this.#told.set(event.path, this.#eventCount);
    if (event._tag === 'Renamed') this.#told.set(event.from, this.#eventCount);
  }

  #begin(sight: AttemptSight, emit: (stale: readonly StaleFile[]) => void): void {
    const { key } = sight;
    this.#byKey.get(key)?.timer.unsubscribe();
    const looks: Looks = { sight, sinceCount: this.#eventCount, timer: Subscription.EMPTY };
    this.#byKey.set(key, looks);
    const lookAfter = (waitMs: number, count: number): void => {
      looks.timer = this.scheduler.schedule(() => {
        if (this.#untold(looks).length > 0) confirm(waitMs, count);
        else if (count < LOOKS_COUNT) lookAfter(waitMs * 2, count + 1);
        else this.#forget(key);
      }, waitMs);
    };
    const confirm = (waitMs: number, count: number): void => {
      looks.timer = this.scheduler.schedule(() => {
        const stale = this.#untold(looks);
        this.#eventCount += 1;
        for (const { path } of stale) this.#told.set(path, this.#eventCount);
        if (stale.length > 0) this.#emitted.set(key, (this.#emitted.get(key) ?? 0) + 1);
        lookAfter(waitMs * 2, Math.min(count + 1, LOOKS_COUNT));
        if (stale.length > 0) emit(stale);
      }, CONFIRM_MS);
    };
    const times = Math.min(this.#emitted.get(key) ?? 0, LOOKS_COUNT);
    lookAfter(FIRST_MS * 2 ** times, times + 1);
  }

  #forget(key: string): void {
    this.#byKey.delete(key);
    this.#emitted.delete(key);
    if (this.#byKey.size === 0) this.#told.clear();
  }

  #untold({ sight, sinceCount }: Looks): readonly StaleFile[] {
    return this.runtime.changedSince(sight).filter(({ path }) => !this.#isTold(path, sinceCount));
  }

  /** Whether a change of the path was told after that many events, or of a directory above it. */
  #isTold(path: string, sinceCount: number): boolean {
    if ((this.#told.get(path) ?? 0) > sinceCount) return true;
    const parent = dirname(path);
    return parent !== path && this.#isTold(parent, sinceCount);
  }
}
