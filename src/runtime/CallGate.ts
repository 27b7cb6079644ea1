import { PluginCallError } from './PluginCallError.js';

/** What a gate lets calls through to: one version of a plugin. */
export interface CallTarget {
  /** The function of that name, or undefined when the plugin offers none. */
  callable(name: string): ((...args: readonly unknown[]) => unknown) | undefined;
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
  #target: CallTarget | undefined;
  #isOpen = false;
  #inFlightCount = 0;
  #waiting: Waiting[] = [];
  #onIdle: (() => void) | undefined;

  constructor(readonly plugin: string) {}

  get waitingCount(): number {
    return this.#waiting.length;
  }

  call(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.#isOpen ? this.#run(name, args) : this.#keep(name, args);
  }

  /** From now on calls wait. */
  close(): void {
    this.#isOpen = false;
  }

  /** Resolves when no call is under way; only meaningful while closed. */
  async drained(): Promise<void> {
    if (this.#inFlightCount === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** From now on calls go to `target`, those that wait first, oldest first; undefined: they are refused. */
  serve(target: CallTarget | undefined): void {
    this.#target = target;
    this.open();
  }

  /** Lets calls through again, to whatever served before. */
  open(): void {
    // A waiting call may call again: that call joins the queue's end.
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next.answer(this.#run(next.name, next.args));
    }
    this.#isOpen = true;
  }

  async #run(name: string, args: readonly unknown[]): Promise<unknown> {
    const run = this.#target?.callable(name);
    if (run === undefined) throw this.#refusal(name);
    this.#inFlightCount += 1;
    try {
      const result = run(...args);
      return isThenable(result) ? await result : result;
    } finally {
      this.#leave();
    }
  }

  #keep(name: string, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve) => {
      this.#waiting.push({ name, args, answer: resolve });
    });
  }

  #leave(): void {
    this.#inFlightCount -= 1;
    if (this.#inFlightCount > 0 || this.#onIdle === undefined) return;
    const tell = this.#onIdle;
    this.#onIdle = undefined;
    tell();
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

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
