/** Who writes: part of the name of a temporary file, so that a later host knows whose it is. */
export interface StateWriter {
  readonly pid: number;
  /** 12 hexadecimal digits, once per process: tells this process from an earlier one with its number. */
  readonly token: string;
  /** Whether the process that has this number and token still runs on this machine. */
  isAlive(pid: number, token: string): boolean;
}
