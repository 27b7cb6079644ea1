/** A version that failed its probation: the same files are not tried again. */
export interface Rejected {
  readonly codeHash: string;
  readonly meaning: string;
  readonly number: number;
  readonly reason: string;
}
