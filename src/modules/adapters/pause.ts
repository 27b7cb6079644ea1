const nothing = new Int32Array(new SharedArrayBuffer(4));

/** Blocks this thread. For the few milliseconds in which a file that is being saved becomes whole, where nothing else can wait. */
export function pause(ms: number): void {
  Atomics.wait(nothing, 0, 0, ms);
}
