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
