/** Why a call did not reach a plugin, or its answer did not come back. What the plugin itself throws is not wrapped in it. */
export class PluginCallError extends Error {
  override readonly name = 'PluginCallError';

  constructor(
    /**
     * - `PluginNotFound`: no plugin of that name serves: there is none, or its load failed; the message says which.
     * - `ExportMissing`: the plugin offers no function of that name.
     * - `NotCloneable`: an argument or result cannot be sent to or from the plugin's worker.
     * - `Crashed`: the worker died during the call, or calls are refused since it crashes again and again.
     * - `Aborted`: the version in the worker was replaced during the call, or the runtime was closed before it could begin.
     */
    readonly _tag: 'PluginNotFound' | 'ExportMissing' | 'NotCloneable' | 'Crashed' | 'Aborted',
    /** The plugin that was called. */
    readonly plugin: string,
    message: string,
  ) {
    super(message);
  }
}
