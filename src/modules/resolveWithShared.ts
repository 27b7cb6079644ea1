import { pathToFileURL } from 'node:url';
import type { PluginFiles } from './files/PluginFiles.js';
import type { Resolution } from './resolve/resolveModule.js';

/** The longest path of any system. */
export const MAX_SPECIFIER_LENGTH = 4_096;

/** What decides whether a file is the plugin's own or one that the host shares. */
export interface SharedFiles {
  readonly files: PluginFiles;
  /** Whether a file of the plugin's is loaded by the host instead, which shares it. Left out: none is. */
  readonly isShared?: (path: string) => boolean;
}

/** An import whose text is longer than any path leads nowhere, and is looked for nowhere. */
export function resolveBounded(specifier: string, resolve: () => Resolution): Resolution {
  return specifier.length > MAX_SPECIFIER_LENGTH ? { kind: 'missing', candidates: [] } : resolve();
}

/** Where an import leads that leads to a file of the plugin: to the host's own instance, if it shares that file. */
export function withShared(
  { isShared }: Pick<SharedFiles, 'isShared'>,
  found: Resolution,
): Resolution {
  const isOwn = found.kind === 'module' || found.kind === 'json';
  if (!isOwn || isShared?.(found.path) !== true) return found;
  return { kind: 'external', specifier: pathToFileURL(found.path).href };
}
