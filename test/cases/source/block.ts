/** Nothing else runs in this process for so long: what a long build does to a watcher. */
export function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
