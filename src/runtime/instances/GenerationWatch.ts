import { type SchedulerLike, Subscription } from 'rxjs';
import { messageOf } from '../../model/unknownValue.js';
import { collectGarbage } from '../adapters/collectGarbage.js';
import { nextTurn } from '../adapters/machine.js';

const DEFAULT_AFTER_MS = 10_000;
/** The first frees what the next then finds unused. */
const COLLECTIONS_COUNT = 2;

/** A version that was disposed of and is still held by something. */
export interface GenerationAlive {
  readonly plugin: string;
  readonly version: number;
  /** Since it was disposed of, in milliseconds. */
  readonly afterMs: number;
  /** What its context owned and could not end: what each threw. What was not given to the context is not known. */
  readonly undisposed: readonly string[];
  /** For the person at the terminal. */
  readonly message: string;
}

export interface GenerationWatchOptions {
  /** Told once of each version that lives on. */
  readonly onAlive: (alive: GenerationAlive) => void;
  /** From its end to the look, in milliseconds, at least 0. Default 10,000. */
  readonly afterMs?: number;
  /** A full garbage collection; it stops the process for some milliseconds. Default: V8's. */
  readonly collectGarbage?: () => void;
}

/** Looks after each version that ended, whether it is gone: for development, since each look collects all garbage. */
export class GenerationWatch {
  readonly #timers = new Subscription();

  constructor(
    readonly options: GenerationWatchOptions,
    readonly scheduler: SchedulerLike,
  ) {}

  ended(generation: Generation, problems: readonly unknown[]): void {
    const { afterMs = DEFAULT_AFTER_MS } = this.options;
    const undisposed = problems.map((problem) => messageOf(problem));
    const timer = this.scheduler.schedule(() => {
      this.#timers.remove(timer);
      void this.#look(generation, afterMs, undisposed);
    }, afterMs);
    this.#timers.add(timer);
  }

  /** Nothing is looked at any more. */
  close(): void {
    this.#timers.unsubscribe();
  }

  async #look(generation: Generation, afterMs: number, undisposed: readonly string[]) {
    const { onAlive, collectGarbage: collect = collectGarbage } = this.options;
    for (let count = 0; count < COLLECTIONS_COUNT; count += 1) {
      collect();
      // To ask whether it is alive keeps it alive until the turn ends: so that comes after the last collection.
      await nextTurn();
    }
    if (!generation.isAlive || this.#timers.closed) return;
    const { plugin, version } = generation;
    const owned = undisposed.length === 0 ? '' : ` Not ended: ${undisposed.join('; ')}.`;
    const message = `Version ${version} of ${plugin} is still alive ${afterMs} ms after its end: something holds a function of it, such as a timer, a listener or a subscription that was not given to ctx.${owned}`;
    onAlive({ plugin, version, afterMs, undisposed, message });
  }
}

/** One running copy of a plugin, as far as garbage collection tells of it. Holds nothing of it. */
export class Generation {
  readonly #scopes: WeakRef<object>[] = [];

  constructor(
    readonly plugin: string,
    readonly version: number,
  ) {}

  /** @param scope - An object that lives exactly as long as any function that was written in one of its modules. */
  add(scope: object): void {
    this.#scopes.push(new WeakRef(scope));
  }

  get isAlive(): boolean {
    return this.#scopes.some((scope) => scope.deref() !== undefined);
  }
}
