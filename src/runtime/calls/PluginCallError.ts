/** Why a call did not reach a plugin, or its answer did not come back. What the plugin itself throws is passed on as it is. */
export class PluginCallError extends Error {
  override readonly name = 'PluginCallError';

  constructor(
    /** The last three are of workers: what cannot leave its thread, a thread that died, a version that was replaced during the call. */
    readonly _tag: 'PluginNotFound' | 'ExportMissing' | 'NotCloneable' | 'Crashed' | 'Aborted',
    readonly plugin: string,
    message: string,
  ) {
    super(message);
  }
}
