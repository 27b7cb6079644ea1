/** Names that Windows keeps for devices, with any extension. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Why a plugin's name cannot be part of a file's name; `undefined` when it can. */
export function pluginNameProblem(plugin: string): string | undefined {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(plugin) || plugin.includes('..')) {
    return 'a plugin is named by 1 to 64 letters, digits, dots, dashes and underscores, a letter or a digit first';
  }
  return devices.test(plugin) ? 'Windows keeps this name for a device' : undefined;
}
