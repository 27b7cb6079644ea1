/** A filesystem and where it is mounted. */
export interface Mount {
  readonly path: string;
  readonly type: string;
}
