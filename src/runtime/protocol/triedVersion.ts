import { createHash } from 'node:crypto';
import type { TriedVersion } from '../../model/reload/VersionTrials.js';
import type { PluginCode } from '../code/PluginCode.js';

/** A version as the files that it is made of. */
export function triedVersion({ manifest, graph, codeHash }: PluginCode): TriedVersion {
  const fingerprint = createHash('sha256').update(codeHash).update(manifest.meaning).digest('hex');
  const modules = Array.from(
    graph.modules,
    ([path, { compiled }]) => [path, compiled.source] as const,
  );
  return {
    plugin: manifest.manifest.name,
    fingerprint,
    files: new Map([[manifest.path, manifest.text], ...modules]),
  };
}
