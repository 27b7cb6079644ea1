import { dirname } from 'node:path';
import { asyncScheduler, Observable, type SchedulerLike, Subject, Subscription } from 'rxjs';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import type { StaleFile } from '../../runtime/code/staleFiles.js';
import type { AttemptSight } from '../../runtime/registry/Attempts.js';
import { inTurns } from './inTurns.js';

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

/**
 * Looks belong to a row if they emit something this soon after those before them, in milliseconds: twice the longest wait of a look. Later ones
 * are of another change, which is to be found as soon as the first.
 */
const ROW_MS = 26_000;

/** What knows the attempts: a `PluginRuntime`. */
export interface KnowsAttempts {
  readonly attempts$: Observable<AttemptSight>;
  /** The files that a new attempt would find otherwise than this one did. */
  changedSince(attempt: AttemptSight): readonly StaleFile[];
}

interface Row {
  readonly count: number;
  /** When its last looks have emitted. */
  readonly atMs: number;
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
  /** In the order in which they began. */
  readonly #byKey = new Map<string, Looks>();
  /** Of keys that are looked after: the row of emissions that the last one belongs to. */
  readonly #rows = new Map<string, Row>();
  /** By path, in the order of these numbers: the number of the last event that told a change of it, since the oldest looks began. */
  readonly #told = new Map<string, number>();
  #eventCount = 0;

  constructor(
    readonly runtime: KnowsAttempts,
    readonly scheduler: SchedulerLike = asyncScheduler,
  ) {}

  /** Looks after each attempt for as long as somebody is subscribed. */
  get changes$(): Observable<readonly StaleFile[]> {
    return new Observable((subscriber) => {
      // Each looks at all files of a plugin: when very many are due at once, the event loop has its turns between them.
      const due$ = new Subject<() => void>();
      const due = due$.pipe(inTurns(this.scheduler)).subscribe((look) => look());
      const attempts = this.runtime.attempts$.subscribe((sight) => {
        this.#begin(sight, due$, (stale) => subscriber.next(stale));
      });
      return () => {
        due.unsubscribe();
        attempts.unsubscribe();
        for (const { timer } of this.#byKey.values()) timer.unsubscribe();
        this.#byKey.clear();
        this.#rows.clear();
        this.#told.clear();
      };
    });
  }

  /** The source has told a change. */
  tell(event: WatchEvent): void {
    if (this.#byKey.size === 0) return;
    this.#note(event._tag === 'Renamed' ? [event.path, event.from] : [event.path]);
  }

  /** How many changed paths are remembered. */
  get toldCount(): number {
    return this.#told.size;
  }

  #note(paths: readonly string[]): void {
    this.#eventCount += 1;
    for (const path of paths) {
      this.#told.delete(path);
      this.#told.set(path, this.#eventCount);
    }
  }

  /** Forgets the changes that no looks ask for any more. */
  #forgetTold(): void {
    const [oldest] = this.#byKey.values();
    for (const [path, count] of this.#told) {
      if (oldest !== undefined && count > oldest.sinceCount) return;
      this.#told.delete(path);
    }
  }

  /** `due$`: takes the looks whose time has come. */
  #begin(
    sight: AttemptSight,
    due$: Pick<Subject<() => void>, 'next'>,
    emit: (stale: readonly StaleFile[]) => void,
  ): void {
    const { key } = sight;
    this.#byKey.get(key)?.timer.unsubscribe();
    this.#byKey.delete(key);
    const looks: Looks = { sight, sinceCount: this.#eventCount, timer: Subscription.EMPTY };
    this.#byKey.set(key, looks);
    this.#forgetTold();
    const after = (waitMs: number, look: () => void): void => {
      const lookIfWanted = () => {
        if (this.#byKey.get(key) === looks) look();
      };
      looks.timer = this.scheduler.schedule(() => due$.next(lookIfWanted), waitMs);
    };
    const lookAfter = (waitMs: number, count: number): void => {
      after(waitMs, () => {
        if (this.#untold(looks).length > 0) confirm(waitMs, count);
        else if (count < LOOKS_COUNT) lookAfter(waitMs * 2, count + 1);
        else this.#forget(key);
      });
    };
    const confirm = (waitMs: number, count: number): void => {
      after(CONFIRM_MS, () => {
        const stale = this.#untold(looks);
        this.#note(stale.map(({ path }) => path));
        if (stale.length > 0) {
          this.#rows.set(key, { count: this.#rowOf(key) + 1, atMs: this.scheduler.now() });
        }
        lookAfter(waitMs * 2, Math.min(count + 1, LOOKS_COUNT));
        if (stale.length > 0) emit(stale);
      });
    };
    const times = Math.min(this.#rowOf(key), LOOKS_COUNT);
    lookAfter(FIRST_MS * 2 ** times, times + 1);
  }

  #forget(key: string): void {
    this.#byKey.delete(key);
    this.#rows.delete(key);
    this.#forgetTold();
  }

  /** How often in a row the looks of a key have emitted something. */
  #rowOf(key: string): number {
    const row = this.#rows.get(key);
    return row === undefined || this.scheduler.now() - row.atMs > ROW_MS ? 0 : row.count;
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
