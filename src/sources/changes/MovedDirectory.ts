/** A directory that was reported under one path and is found under another. */
export interface MovedDirectory {
  readonly from: string;
  readonly to: string;
}
