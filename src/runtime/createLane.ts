/** A lane for one piece of work at a time: what is given to it starts when what was given before has ended, well or not. */
export function createLane(): <A>(work: () => Promise<A>) => Promise<A> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}
