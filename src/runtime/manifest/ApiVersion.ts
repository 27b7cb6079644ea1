/** The version of what a host offers its plugins. */
export interface ApiVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}
