import type { VersionNotKept } from './ReloadError.js';
import type { PluginVersion } from '../../runtime/code/PluginCode.js';

export function versionNotKept(
  plugin: string,
  version: number,
  serving: PluginVersion,
  earlier: readonly PluginVersion[],
): VersionNotKept {
  const kept = earlier.map(({ number }) => number).sort((a, b) => a - b);
  const choice = kept.length === 0 ? 'no earlier version is kept' : `kept are ${kept.join(', ')}`;
  const message = `${plugin} has no version ${version} to go back to: ${choice}, and ${serving.number} serves.`;
  return { _tag: 'VersionNotKept', plugin, version, kept, message };
}
