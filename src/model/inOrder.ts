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
