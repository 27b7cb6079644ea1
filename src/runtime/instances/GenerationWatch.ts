import { type SchedulerLike, Subscription } from 'rxjs';
import { messageOf } from '../../model/unknownValue.js';
import { nextTurn } from '../adapters/eventLoop.js';
import { collectGarbage } from '../adapters/memory.js';
import type { HandlesLeftOpen } from './OpenHandles.js';

const DEFAULT_AFTER_MS = 10_000;
/** Objects that the first collection frees may have held others through finalizers. The second one frees those. */
const COLLECTIONS_COUNT = 2;

/** A version that has ended and that something still holds in memory. */
export interface GenerationAlive {
  /** The plugin's name. */
  readonly plugin: string;
  /** Number of the version that is still in memory. */
  readonly version: number;
  /** Time from the version's end to this check, in milliseconds: the `afterMs` of the options. */
  readonly afterMs: number;
  /**
   * What its resources threw as they ended, one message per resource, in the order of their ends. Empty when all ended well. Resources
   * that the plugin did not give to its context are not known.
   */
  readonly undisposed: readonly string[];
  /** All of this as one sentence for the person at the terminal. */
  readonly message: string;
}

/**
 * Checks of versions that have ended, for development. `onOpen` alone is cheap: it costs some time while a version loads, starts or is called. With
 * `onAlive`, each check collects all garbage.
 */
export interface GenerationWatchOptions {
  /**
   * Called right after the end of a version that has left open what it opened while it loaded, started or was called: a server, a timer, a connection,
   * a file watcher, a child process or a thread. What is unreferenced does not count. Must not throw. Default: nobody looks.
   */
  readonly onOpen?: (open: HandlesLeftOpen) => void;
  /**
   * Called at most once per version, when it is still in memory at its check. Must not throw: nothing catches it. Default: nothing is
   * checked.
   */
  readonly onAlive?: (alive: GenerationAlive) => void;
  /** Time from the end of a version to its check, in milliseconds, at least 0. Default 10,000. */
  readonly afterMs?: number;
  /** Collects all garbage, synchronously; called twice per check. Default: V8's full collection, which stops the process for some milliseconds. */
  readonly collectGarbage?: () => void;
}

/** Checks some time after the end of each version whether it is garbage, and reports the ones that are not. */
export class GenerationWatch {
  /** Checks that are still to come. Closed with the watch. */
  readonly #checks = new Subscription();

  constructor(
    readonly options: GenerationWatchOptions,
    readonly scheduler: SchedulerLike,
  ) {}

  /** Plans the check of a version that has just ended. `problems`: what its resources threw as they ended. */
  ended(generation: Generation, problems: readonly unknown[]): void {
    if (this.options.onAlive === undefined) return;
    const { afterMs = DEFAULT_AFTER_MS } = this.options;
    const undisposed = problems.map((problem) => messageOf(problem));
    const timer = this.scheduler.schedule(() => {
      this.#checks.remove(timer);
      void this.#check(generation, afterMs, undisposed);
    }, afterMs);
    this.#checks.add(timer);
  }

  /** Cancels all checks. */
  close(): void {
    this.#checks.unsubscribe();
  }

  async #check(generation: Generation, afterMs: number, undisposed: readonly string[]) {
    const { onAlive, collectGarbage: collect = collectGarbage } = this.options;
    for (let count = 0; count < COLLECTIONS_COUNT; count += 1) {
      collect();
      // `WeakRef.deref` keeps its target alive until the end of the turn, so `isAlive` is read in a turn after the last collection.
      await nextTurn();
    }
    if (!generation.isAlive || this.#checks.closed) return;
    const { plugin, version } = generation;
    const owned = undisposed.length === 0 ? '' : ` Not ended: ${undisposed.join('; ')}.`;
    const message = `Version ${version} of ${plugin} is still alive ${afterMs} ms after its end: something holds a function of it, such as a timer, a listener or a subscription that was not given to ctx.${owned}`;
    onAlive?.({ plugin, version, afterMs, undisposed, message });
  }
}

/** Tells whether one version of a plugin is still in memory, without holding any of it. */
export class Generation {
  readonly #scopes: WeakRef<object>[] = [];

  constructor(
    readonly plugin: string,
    readonly version: number,
  ) {}

  /** @param scope - An object that lives exactly as long as any function of one of the version's modules. */
  add(scope: object): void {
    this.#scopes.push(new WeakRef(scope));
  }

  get isAlive(): boolean {
    return this.#scopes.some((scope) => scope.deref() !== undefined);
  }
}
