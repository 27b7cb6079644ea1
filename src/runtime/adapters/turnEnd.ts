/** Runs `work` when the turn of the event loop ends: after all that is due in it, before it waits again. */
export function turnEnd(work: () => void): void {
  setImmediate(work);
}
