/** Who writes: part of the name of a temporary file, so that a later host knows whose it is. */
export interface StateWriter {
  readonly pid: number;
  /** Random, once per process: tells this process from an earlier one with its number. */
  readonly token: string;
  /** Whether a process with that number runs on this machine. */
  isAlive(pid: number): boolean;
}
