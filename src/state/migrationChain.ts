/** A step from one `state-version` of a plugin to the next, and back. */
export interface Migration {
  /** The version that `up` leads to, from the one before. A whole number from 2 (`RangeError` otherwise). */
  readonly to: number;
  /** Turns a state of version `to` − 1 into one of version `to`. May return a promise. When it throws, the reload fails. */
  readonly up: (state: unknown) => unknown;
  /**
   * Turns a state of version `to` back into one of `to` − 1. May return a promise. Without it, a rollback across this
   * step is refused.
   */
  readonly down?: (state: unknown) => unknown;
}

/**
 * Makes a plugin's `migrate` function from single steps: a state goes up or down through each version in between.
 *
 * Without it, a plugin's `migrate` has to handle each pair of versions.
 *
 * @param migrations - In any order, without gaps. A gap, or the same version twice, throws a `RangeError` at once.
 * @returns `migrate(state, from, to)`. Rejects when a step is missing; the state is then neither loaded nor overwritten.
 *
 * @example
 * ```ts
 * const migrate = migrationChain([
 *   { to: 2, up: (count) => ({ count }), down: (state) => Object(state).count },
 *   { to: 3, up: (state) => ({ ...Object(state), step: 1 }), down: (state) => ({ count: Object(state).count }) },
 * ]);
 *
 * await migrate(4, 1, 3); // => ({ count: 4, step: 1 })
 * await migrate({ count: 4, step: 1 }, 3, 1); // => 4
 * ```
 */
export function migrationChain(
  migrations: readonly Migration[],
): (state: unknown, from: number, to: number) => Promise<unknown> {
  const steps = new Map<number, Migration>();
  for (const migration of migrations.toSorted((a, b) => a.to - b.to)) {
    const { to } = migration;
    if (!Number.isSafeInteger(to) || to < 2) {
      throw new RangeError(`migrationChain: to (${to}) is not a whole number from 2`);
    }
    if (steps.has(to)) throw new RangeError(`migrationChain: two migrations lead to ${to}`);
    if (steps.size > 0 && !steps.has(to - 1)) {
      throw new RangeError(`migrationChain: no migration leads to ${to - 1}, but one to ${to}`);
    }
    steps.set(to, migration);
  }

  return async (state, from, to) => {
    let migrated = state;
    for (let version = from; version < to; version++) {
      const up = steps.get(version + 1)?.up;
      if (up === undefined) throw missing(version, version + 1);
      migrated = await up(migrated);
    }
    for (let version = from; version > to; version--) {
      const down = steps.get(version)?.down;
      if (down === undefined) throw missing(version, version - 1);
      migrated = await down(migrated);
    }
    return migrated;
  };
}

function missing(from: number, to: number): Error {
  return new Error(`no migration leads from version ${from} of the state to ${to}`);
}
