/** A version that was taken back: what is on disk still is it, and is not tried again. */
export interface Rejected {
  readonly codeHash: string;
  readonly meaning: string;
  readonly number: number;
  /** A person who went back wants no news of the version that was; of one that failed its probation the reason is told again. */
  readonly by: 'probation' | 'order';
  readonly reason: string;
}
