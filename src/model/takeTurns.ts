/** Lets one name at a time have its turn, in the order of the calls. */
export interface Turns {
  /** Resolves when it is the turn of `name`, which lasts until `end(name)`. */
  start(name: string): Promise<void>;
  /** Without a turn: nothing happens. */
  end(name: string): void;
  endAll(): void;
}

export function takeTurns(): Turns {
  const ends = new Map<string, () => void>();
  let last = Promise.resolve();
  const end = (name: string): void => {
    ends.get(name)?.();
    ends.delete(name);
  };
  return {
    start(name) {
      end(name);
      const before = last;
      last = Promise.all([before, new Promise<void>((resolve) => ends.set(name, resolve))]).then(
        () => undefined,
      );
      return before;
    },
    end,
    endAll: () => {
      for (const name of [...ends.keys()]) end(name);
    },
  };
}
