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
