/** Calls on the state disk that are made to fail: so many, after so many that go well. */
export class DiskFault {
  #fault: { readonly code: string; waits: number; left: number } | undefined;

  begin(code: string, afterCalls: number, count: number): void {
    this.#fault = { code, waits: afterCalls, left: count };
  }

  end(): void {
    this.#fault = undefined;
  }

  /** One call; throws when it is one of those. */
  enter(): void {
    const fault = this.#fault;
    if (fault === undefined) return;
    if (fault.waits > 0) {
      fault.waits -= 1;
      return;
    }
    fault.left -= 1;
    if (fault.left === 0) this.#fault = undefined;
    throw Object.assign(new Error(`${fault.code}: made to fail`), { code: fault.code });
  }
}
