import { basename, dirname } from 'node:path';
import { Observable, type SchedulerLike } from 'rxjs';
import type { Hint, WatchBackend } from '../../../sources/backends/WatchBackend.js';
import type { HintFate } from '../acts/Act.js';

type Send = (hint: Hint) => void;

/** A watch backend that loses, repeats, delays and reorders hints as it is told to. */
export class SimulatedBackend implements WatchBackend {
  readonly name = 'simulated';
  readonly #scheduler: SchedulerLike;
  readonly #roots = new Map<string, Set<Send>>();
  #fate: { readonly fate: HintFate; readonly delayMs: number } | undefined;
  #fateCount = 0;
  #overflowCount = 0;
  /** Hints on their way: they are the system's, not the source's. */
  dueCount = 0;
  /** What gets through of each hint; undefined: nothing. */
  filter: (hint: Hint) => Hint | undefined = (hint) => hint;

  constructor(scheduler: SchedulerLike) {
    this.#scheduler = scheduler;
  }

  /** Trees that are watched now. */
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

  /** What becomes of the next `count` hints. */
  setFate(fate: HintFate, count: number, delayMs: number): void {
    this.#fate = { fate, delayMs };
    this.#fateCount = count;
  }

  /** The next `count` hints are lost, and then it says so. */
  overflow(count: number): void {
    this.#overflowCount = count;
  }

  /** As if it had never been told anything; an overflow that is due is said. */
  heal(): void {
    this.#fateCount = 0;
    if (this.#overflowCount === 0) return;
    this.#overflowCount = 0;
    this.#send('overflow', '/', 0);
  }

  refuse(dir: string): void {
    const error = Object.assign(new Error('no watches left'), { code: 'ENOSPC', path: dir });
    this.#send({ error }, dir, 0);
  }

  /** Something happened to a path. */
  touched(path: string): void {
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

  #send(told: Hint, path: string, delayMs: number): void {
    const hint = this.filter(told);
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
