import { AsyncLocalStorage } from 'node:async_hooks';

/** The async contexts of calls: each call is made in one of its own, which holds its number. */
export class CallContexts {
  readonly #numbers: AsyncLocalStorage<number> | undefined;

  /** `isOn` false: calls have no contexts. */
  constructor(isOn: boolean) {
    this.#numbers = isOn ? new AsyncLocalStorage() : undefined;
  }

  /** Makes a call, or whatever `make` does, in the context of that number. */
  run<A>(order: number, make: () => A): A {
    return this.#numbers === undefined ? make() : this.#numbers.run(order, make);
  }

  /** Whether code that runs for a call runs in the context of that call. */
  isOf(order: number): boolean {
    return this.#numbers === undefined || this.#numbers.getStore() === order;
  }

  /** No call is made any more. */
  close(): void {
    this.#numbers?.disable();
  }
}
