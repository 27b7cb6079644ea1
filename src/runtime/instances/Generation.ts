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
