/** One plugin as `plugins()` lists it. `failed`: it was tried and nothing serves; version 0 then. */
export interface PluginListing {
  readonly plugin: string;
  readonly version: number;
  readonly status: 'serving' | 'failed';
}
