import { AsyncResource } from 'node:async_hooks';
import { isThenable } from '../../model/unknownValue.js';
import { PluginCallError } from './PluginCallError.js';

export type PluginFunction = (...args: readonly unknown[]) => unknown;

/** What a gate passes calls to: one version of a plugin. */
export interface CallTarget {
  /** The function of that name; undefined when the plugin offers none. */
  callable(name: string): PluginFunction | undefined;
}

/** Counts how the calls of a version end; `fn` is the function that was called. */
export interface CallOutcomes {
  succeeded(fn: string): void;
  failed(error: unknown, fn: string): void;
}

/** A call of a plugin that has ended. */
export interface EndedCall {
  readonly plugin: string;
  readonly fn: string;
  /** The version that answered; 0 when none served. */
  readonly version: number;
  /** From the call to its end, in milliseconds, with the time that it waited. */
  readonly ms: number;
  readonly ok: boolean;
  /** What the call rejected with; absent when it did not. */
  readonly error?: unknown;
}

/** Follows the calls of a plugin. */
export interface CallFollower {
  readonly nowMs: () => number;
  readonly version: () => number;
  readonly ended: (call: EndedCall) => void;
}

interface WaitingCall {
  readonly atMs: number;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly answer: (result: Promise<unknown>) => void;
  /** The async context of the caller. One per call: what a call enters with `AsyncLocalStorage.enterWith` stays out of the next one. */
  readonly context: AsyncResource;
}

/**
 * The one way into a plugin. Each call runs in one version from start to end.
 *
 * States:
 * - open: calls run at once.
 * - closed: a swap is under way. Calls wait in order until `open` or `serve`.
 * - held: what served is dead. Calls wait in order until `serve`; `open` does nothing, so a swap that fails does not send the calls
 *   into the dead instance.
 *
 * A call runs in the async context of its caller, whether it waited or not.
 */
export class CallGate {
  /** The counter for calls that start from now on; undefined: nobody counts. A call keeps the counter that it started with. */
  outcomes: CallOutcomes | undefined;
  #state: 'open' | 'closed' | 'held' = 'closed';
  /** The version that calls run in; undefined: no version serves, and calls are refused. */
  #target: CallTarget | undefined;
  /** The calls that run in `#target`. Each target has its own, so that calls left over in an old version do not hold up the next swap. */
  #flight = new CallFlight();
  /** Oldest first. */
  #waiting: WaitingCall[] = [];

  /** How many first loads are under way: until they have ended, calls wait also where no version serves. */
  #awaitedCount = 0;

  /** @param whyNot - Why no version serves, for the calls that are refused. Default: nothing is known. */
  constructor(
    readonly plugin: string,
    readonly whyNot: () => { readonly message: string } | undefined = () => undefined,
    /** Default: nobody follows the calls. */
    readonly follower?: CallFollower,
  ) {}

  /** Whether no version serves, and one may in a moment. */
  get isAwaited(): boolean {
    return this.#target === undefined && this.#awaitedCount > 0;
  }

  /** The calls that run in the version that serves. */
  get flight(): CallFlight {
    return this.#flight;
  }

  /** @param atMs - When it was called, by the clock of the follower. Default: now. */
  call(
    name: string,
    args: readonly unknown[],
    atMs = this.follower?.nowMs() ?? 0,
  ): Promise<unknown> {
    return this.#state === 'open' ? this.#run(name, args, atMs) : this.#wait(name, args, atMs);
  }

  /** From now on calls wait. */
  close(): void {
    if (this.#state === 'open') this.#state = 'closed';
  }

  /** From now on calls wait until another instance serves, because the one that served has died. */
  hold(): void {
    this.#state = 'held';
  }

  /** From now on calls go to `target`, and the waiting calls go first; undefined: calls are refused. */
  serve(target: CallTarget | undefined): void {
    this.#target = target;
    if (target === undefined) this.#awaitedCount = 0;
    this.#flight = new CallFlight();
    this.#state = 'closed';
    this.open();
  }

  /** Lets calls run again in the version that served before; the waiting calls go first. */
  open(): void {
    if (this.#state === 'held' || this.isAwaited) return;
    while (this.#waiting.length > 0) {
      const oldestFirst = this.#waiting;
      // The gate is still closed here: a call that one of these calls makes must wait behind the older ones.
      this.#waiting = [];
      for (const { name, args, answer, context, atMs } of oldestFirst)
        answer(context.runInAsyncScope(this.#run, this, name, args, atMs));
    }
    this.#state = 'open';
  }

  /** A first load begins: calls wait for its end. */
  await(): void {
    this.#awaitedCount += 1;
    if (this.#target === undefined) this.close();
  }

  /** A first load has ended: where no version serves, and none is loaded beside it, calls are refused. */
  endAwait(): void {
    if (this.#awaitedCount > 0) this.#awaitedCount -= 1;
    if (this.#target === undefined) this.open();
  }

  #run(name: string, args: readonly unknown[], atMs: number): Promise<unknown> {
    const running = this.#runNow(name, args);
    return this.follower === undefined
      ? running
      : this.#followed(this.follower, running, name, atMs);
  }

  async #followed(
    { version: serving, nowMs, ended }: CallFollower,
    running: Promise<unknown>,
    fn: string,
    atMs: number,
  ): Promise<unknown> {
    const { plugin } = this;
    const version = this.#target === undefined ? 0 : serving();
    try {
      const value = await running;
      ended({ plugin, fn, version, ms: nowMs() - atMs, ok: true });
      return value;
    } catch (error) {
      ended({ plugin, fn, version, ms: nowMs() - atMs, ok: false, error });
      throw error;
    }
  }

  async #runNow(name: string, args: readonly unknown[]): Promise<unknown> {
    const run = this.#target?.callable(name);
    if (run === undefined) throw this.#refusal(name);
    // Another version may serve when the call ends: the call counts for the version that it started in.
    const outcomes = this.outcomes;
    const flight = this.#flight;
    flight.enter();
    try {
      const result = run(...args);
      const value: unknown = isThenable(result) ? await result : result;
      outcomes?.succeeded(name);
      return value;
    } catch (error) {
      outcomes?.failed(error, name);
      throw error;
    } finally {
      flight.leave();
    }
  }

  #wait(name: string, args: readonly unknown[], atMs: number): Promise<unknown> {
    return new Promise((resolve) => {
      const context = new AsyncResource('PluginCall');
      this.#waiting.push({ name, args, answer: resolve, context, atMs });
    });
  }

  #refusal(name: string): PluginCallError {
    return this.#target === undefined
      ? new PluginCallError(
          'PluginNotFound',
          this.plugin,
          this.whyNot()?.message ?? `No plugin "${this.plugin}" is loaded.`,
        )
      : new PluginCallError(
          'ExportMissing',
          this.plugin,
          `The plugin "${this.plugin}" offers no function "${name}": export it, and name it in "exports" of its manifest.`,
        );
  }
}

/** The calls that run in one version. */
export class CallFlight {
  #count = 0;
  readonly #onIdle: (() => void)[] = [];

  enter(): void {
    this.#count += 1;
  }

  leave(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  /** Resolves when no call runs. That lasts only while no new call may enter. */
  async idle(): Promise<void> {
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle.push(resolve);
    });
  }
}
