/**
 * At most `count` pieces of work at a time; what is given while all are taken starts in the order in which it came. Work is mostly
 * synchronous, so that one piece right after the other would hold the event loop: each that waited waits for `nextTurn` too.
 */
export function createTurns(
  count: number,
  nextTurn: () => Promise<void>,
): <A>(work: () => Promise<A>) => Promise<A> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else {
      await new Promise<void>((start) => waiting.push(start));
      await nextTurn();
    }
    try {
      return await work();
    } finally {
      // A turn passes to the one who has waited longest, so that no newcomer comes between.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

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

/** One piece of work at a time: what is given starts when what was given before has ended, well or not. */
export type Lane = <A>(work: () => Promise<A>) => Promise<A>;

export function createLane(): Lane {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

/** Runs tasks that have a key in common one after the other, in the order of the calls. */
export interface InOrder {
  <A>(key: string, task: () => Promise<A>): Promise<A>;
  /** Resolves when no task is left. */
  idle(): Promise<void>;
}

export function inOrder(): InOrder {
  const last = new Map<string, Promise<unknown>>();
  const run = <A>(key: string, task: () => Promise<A>): Promise<A> => {
    const ended = (last.get(key) ?? Promise.resolve()).then(task);
    const settled = ended.then(
      () => undefined,
      () => undefined,
    );
    last.set(key, settled);
    void settled.then(() => {
      if (last.get(key) === settled) last.delete(key);
    });
    return ended;
  };
  return Object.assign(run, {
    idle: async () => {
      while (last.size > 0) await Promise.all(last.values());
    },
  });
}
