/** Where a plugin lives. `manifestPath` is set when its manifest has a name of its own. */
export interface PluginLocation {
  readonly folder: string;
  readonly manifestPath: string | undefined;
}
