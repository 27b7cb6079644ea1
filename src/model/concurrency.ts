// Queues for asynchronous work. All are first in, first out: later work never overtakes waiting work. Which one to use:
//
// | Need                                                                    | Use                     |
// | ----------------------------------------------------------------------- | ----------------------- |
// | at most N promises at a time, whoever started them                      | `createSemaphore`       |
// | at most N subscriptions at a time (RxJS; `pipeline/reload`)             | `createStreamSemaphore` |
// | one task at a time                                                      | `createSerialQueue`     |
// | one task at a time per key, keys side by side                           | `createKeyedQueue`      |
// | one after the other, each in a turn of the event loop of its own        | `createTurns`           |
// | one holder at a time, where taking and releasing are two separate calls | `createMutex`           |

/** Called when a wait for a turn begins; what it returns is called when the wait is over. */
export type OnWait = () => () => void;

/**
 * Runs a task when a permit of the semaphore is free. Resolves or rejects as the task does. `onWait`: told of the wait, if there is one.
 */
export type Semaphore = <A>(task: () => Promise<A>, onWait?: OnWait) => Promise<A>;

/**
 * A semaphore: at most `permitCount` tasks run at a time; the others start in the order of the calls.
 *
 * @param nextTurn - Resolves in a later turn of the event loop. A task that waited for a permit also waits for this:
 *   most tasks are synchronous, and running them back to back would block the loop.
 */
export function createSemaphore(permitCount: number, nextTurn: () => Promise<void>): Semaphore {
  let freeCount = permitCount;
  const waiting: (() => void)[] = [];
  return async (task, onWait) => {
    if (freeCount > 0) freeCount -= 1;
    else {
      const endWait = onWait?.();
      await new Promise<void>((start) => waiting.push(start));
      await nextTurn();
      endWait?.();
    }
    try {
      return await task();
    } finally {
      // Passes the permit to the task that has waited longest, so that a new task cannot take it first.
      const next = waiting.shift();
      if (next === undefined) freeCount += 1;
      else next();
    }
  };
}

/**
 * Gives each caller a turn of the event loop of its own, in the order of the calls. Several that went on in one turn would hold the loop for as
 * long as all of them together.
 *
 * @param nextTurn - Resolves in a later turn of the event loop.
 */
export function createTurns(nextTurn: () => Promise<void>): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const giveAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      await nextTurn();
      waiting.shift()?.();
    }
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) void giveAll();
    });
}

/** Runs one task at a time. A task starts when the previous one has resolved or rejected. */
export type SerialQueue = <A>(task: () => Promise<A>) => Promise<A>;

export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
}

/** A serial queue per key: tasks of one key run in the order of the calls, tasks of different keys side by side. */
export interface KeyedQueue {
  <A>(key: string, task: () => Promise<A>): Promise<A>;
  /** Resolves when no task of any key is left. */
  idle(): Promise<void>;
}

export function createKeyedQueue(): KeyedQueue {
  const last = new Map<string, Promise<unknown>>();
  const run = <A>(key: string, task: () => Promise<A>): Promise<A> => {
    const result = (last.get(key) ?? Promise.resolve()).then(task);
    const ended = result.then(
      () => undefined,
      () => undefined,
    );
    last.set(key, ended);
    void ended.then(() => {
      if (last.get(key) === ended) last.delete(key);
    });
    return result;
  };
  return Object.assign(run, {
    idle: async () => {
      while (last.size > 0) await Promise.all(last.values());
    },
  });
}

/**
 * A lock with one holder at a time. Holders have names, because the call that releases the mutex does not know the call
 * that acquired it.
 */
export interface Mutex {
  /**
   * Resolves with true when `holder` has the mutex. First releases an earlier acquisition of the same holder, whether granted or
   * still waiting: one that still waits resolves with false when its turn comes.
   */
  acquire(holder: string): Promise<boolean>;
  /** Does nothing when `holder` neither has the mutex nor waits for it. */
  release(holder: string): void;
  releaseAll(): void;
}

export function createMutex(): Mutex {
  const releases = new Map<string, () => void>();
  let last = Promise.resolve();
  const release = (holder: string): void => {
    releases.get(holder)?.();
    releases.delete(holder);
  };
  return {
    acquire(holder) {
      release(holder);
      const before = last;
      let isReleased = false;
      const released = new Promise<void>((resolve) =>
        releases.set(holder, () => {
          isReleased = true;
          resolve();
        }),
      );
      last = Promise.all([before, released]).then(() => undefined);
      return before.then(() => !isReleased);
    },
    release,
    releaseAll: () => {
      for (const holder of [...releases.keys()]) release(holder);
    },
  };
}
