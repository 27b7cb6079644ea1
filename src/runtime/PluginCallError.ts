/** Why a call did not reach a plugin. What the plugin itself throws is passed on as it is. */
export class PluginCallError extends Error {
  override readonly name = 'PluginCallError';

  constructor(
    readonly _tag: 'PluginNotFound' | 'ExportMissing',
    readonly plugin: string,
    message: string,
  ) {
    super(message);
  }
}
