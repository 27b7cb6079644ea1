import type { TriedVersion } from '../../model/reload/VersionTrials.js';
import type { PluginCode } from './PluginCode.js';

/** Identifies a version by its files: equal files are the same version, also in another process. */
export function triedVersion({
  manifest,
  graph,
  fingerprint,
  settings,
  builds,
  linkedFolder,
}: PluginCode): TriedVersion {
  const modules = Array.from(
    graph.modules,
    ([path, { compiled }]) => [path, compiled.source] as const,
  );
  return {
    plugin: manifest.manifest.name,
    fingerprint,
    files: new Map([[manifest.path, manifest.text], ...modules, ...settings]),
    ...(builds && { builds }),
    ...(linkedFolder !== undefined && { folder: linkedFolder }),
  };
}
