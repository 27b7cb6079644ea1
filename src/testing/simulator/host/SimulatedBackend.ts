import { basename, dirname } from 'node:path';
import { Observable, type SchedulerLike } from 'rxjs';
import type { Hint, WatchBackend } from '../../../sources/backends/WatchBackend.js';

/** What happens to the next hints of the backend. */
export type HintFate = 'lose' | 'repeat' | 'delay';

type Send = (hint: Hint) => void;

/** A watch backend that can be made to lose, repeat, delay and reorder hints. */
export class SimulatedBackend implements WatchBackend {
  readonly name = 'simulated';
  readonly #scheduler: SchedulerLike;
  /** Subscribers, by the root that they watch. */
  readonly #roots = new Map<string, Set<Send>>();
  /** What happens to the next hints; undefined: they are delivered. */
  #fate: { readonly fate: HintFate; readonly delayMs: number } | undefined;
  /** Hints that `#fate` still applies to. */
  #fateCount = 0;
  /** Hints that are still lost before the overflow is reported; 0: there is none. */
  #overflowCount = 0;
  /** Hints that are scheduled and not yet delivered: timers of the system, not of the source. */
  dueCount = 0;
  /** Changes each hint; undefined drops it. */
  filter: (hint: Hint) => Hint | undefined = (hint) => hint;

  constructor(scheduler: SchedulerLike) {
    this.#scheduler = scheduler;
  }

  /** Trees that are being watched. */
  get activeCount(): number {
    let count = 0;
    for (const sends of this.#roots.values()) count += sends.size;
    return count;
  }

  watch(root: string): Observable<Hint> {
    return new Observable((subscriber) => {
      const send: Send = (hint) => subscriber.next(hint);
      const sends = this.#roots.get(root) ?? new Set();
      this.#roots.set(root, sends.add(send));
      subscriber.add(this.#scheduler.schedule(() => send('ready')));
      subscriber.add(() => {
        sends.delete(send);
        if (sends.size === 0) this.#roots.delete(root);
      });
    });
  }

  /** Decides what happens to the next `count` hints. `delayMs` is for `delay`, and for the second copy of `repeat`. */
  setFate(fate: HintFate, count: number, delayMs: number): void {
    this.#fate = { fate, delayMs };
    this.#fateCount = count;
  }

  /** Loses the next `count` hints, and then reports an overflow. */
  overflow(count: number): void {
    this.#overflowCount = count;
  }

  /** Ends all faults. An overflow that has begun is reported now. */
  heal(): void {
    this.#fateCount = 0;
    if (this.#overflowCount === 0) return;
    this.#overflowCount = 0;
    this.#send('overflow', '/', 0);
  }

  /** Reports that a directory cannot be watched. */
  refuse(dir: string): void {
    const error = Object.assign(new Error('no watches left'), { code: 'ENOSPC', path: dir });
    this.#send({ error }, dir, 0);
  }

  /** Sends the hint that a path has changed, unless a fault loses it. */
  touch(path: string): void {
    const hint: Hint = { dir: dirname(path), name: basename(path) };
    if (this.#overflowCount > 0) {
      this.#overflowCount -= 1;
      if (this.#overflowCount === 0) this.#send('overflow', '/', 0);
      return;
    }
    if (this.#fate === undefined || this.#fateCount === 0) {
      this.#send(hint, path, 0);
      return;
    }
    this.#fateCount -= 1;
    const { fate, delayMs } = this.#fate;
    if (fate === 'lose') return;
    this.#send(hint, path, delayMs);
    if (fate === 'repeat') this.#send(hint, path, 0);
  }

  /** Delivers a hint to everybody who watches the path; '/' is everybody. */
  #send(original: Hint, path: string, delayMs: number): void {
    const hint = this.filter(original);
    if (hint === undefined) return;
    for (const [root, sends] of this.#roots) {
      if (path !== '/' && path !== root && !path.startsWith(`${root}/`)) continue;
      for (const send of sends) {
        this.dueCount += 1;
        this.#scheduler.schedule(() => {
          this.dueCount -= 1;
          if (sends.has(send)) send(hint);
        }, delayMs);
      }
    }
  }
}
