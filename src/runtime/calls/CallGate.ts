import { isThenable } from '../../model/unknownValue.js';
import { PluginCallError } from './PluginCallError.js';

export type PluginFunction = (...args: readonly unknown[]) => unknown;

/** What a gate lets calls through to: one version of a plugin. */
export interface CallTarget {
  /** The function of that name, or undefined when the plugin offers none. */
  callable(name: string): PluginFunction | undefined;
}

/** Told how each call of a version ends. */
export interface CallOutcomes {
  succeeded(): void;
  failed(error: unknown): void;
}

interface Waiting {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly answer: (result: Promise<unknown>) => void;
}

/**
 * The one way into a plugin. Open, it passes calls on at once and counts those under way; closed, it keeps them in order until
 * somebody serves again. Each call runs in one version from entry to answer.
 */
export class CallGate {
  /** Told of the calls that start from now on; undefined: nobody counts. */
  outcomes: CallOutcomes | undefined;
  #target: CallTarget | undefined;
  #isOpen = false;
  #isHeld = false;
  #flight = new CallFlight();
  #waiting: Waiting[] = [];

  constructor(readonly plugin: string) {}

  /** The calls under way in what serves. */
  get flight(): CallFlight {
    return this.#flight;
  }

  call(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.#isOpen ? this.#run(name, args) : this.#keep(name, args);
  }

  /** From now on calls wait. */
  close(): void {
    this.#isOpen = false;
  }

  /** From now on calls wait, until something else serves: what did is dead. */
  hold(): void {
    this.#isHeld = true;
    this.#isOpen = false;
  }

  /** From now on calls go to `target`, those that wait first, oldest first; undefined: they are refused. */
  serve(target: CallTarget | undefined): void {
    this.#target = target;
    this.#isHeld = false;
    // A call that goes on in the version before holds up no later swap.
    this.#flight = new CallFlight();
    this.open();
  }

  /** Lets calls through again, to whatever served before. */
  open(): void {
    if (this.#isHeld) return;
    while (this.#waiting.length > 0) {
      const oldestFirst = this.#waiting;
      // A waiting call may call again: that call waits for all that came before it.
      this.#waiting = [];
      for (const { name, args, answer } of oldestFirst) answer(this.#run(name, args));
    }
    this.#isOpen = true;
  }

  async #run(name: string, args: readonly unknown[]): Promise<unknown> {
    const run = this.#target?.callable(name);
    if (run === undefined) throw this.#refusal(name);
    // Of the version that the call starts in, like its flight.
    const outcomes = this.outcomes;
    const flight = this.#flight;
    flight.enter();
    try {
      const result = run(...args);
      const value: unknown = isThenable(result) ? await result : result;
      outcomes?.succeeded();
      return value;
    } catch (error) {
      outcomes?.failed(error);
      throw error;
    } finally {
      flight.leave();
    }
  }

  #keep(name: string, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve) => {
      this.#waiting.push({ name, args, answer: resolve });
    });
  }

  #refusal(name: string): PluginCallError {
    return this.#target === undefined
      ? new PluginCallError('PluginNotFound', this.plugin, `No plugin "${this.plugin}" is loaded.`)
      : new PluginCallError(
          'ExportMissing',
          this.plugin,
          `The plugin "${this.plugin}" offers no function "${name}": export it, and name it in "exports" of its manifest.`,
        );
  }
}

/** The calls that are under way in one version. */
export class CallFlight {
  #count = 0;
  readonly #onIdle: (() => void)[] = [];

  enter(): void {
    this.#count += 1;
  }

  leave(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    for (const tell of this.#onIdle.splice(0)) tell();
  }

  /** Resolves when no call is under way; lasting only where no new one may enter. */
  async idle(): Promise<void> {
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle.push(resolve);
    });
  }
}
