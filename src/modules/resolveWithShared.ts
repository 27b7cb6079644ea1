import { pathToFileURL } from 'node:url';
import type { PluginFiles } from './files/PluginFiles.js';
import { type Resolution, resolveModule } from './resolve/resolveModule.js';

/** The longest path of any system. */
export const MAX_SPECIFIER_LENGTH = 4_096;

/** What decides whether a file is the plugin's own or one that the host shares. */
export interface SharedFiles {
  readonly files: PluginFiles;
  /** Whether a file of the plugin's is loaded by the host instead, which shares it. Left out: none is. */
  readonly isShared?: ((path: string) => boolean) | undefined;
}

/**
 * Where an import leads, with what the plugin shares with the host. An import whose text is longer than any path leads nowhere, and is looked
 * for nowhere.
 */
export function resolveWithShared(
  { files, isShared }: SharedFiles,
  specifier: string,
  importer: string,
): Resolution {
  if (specifier.length > MAX_SPECIFIER_LENGTH) return { kind: 'missing', candidates: [] };
  const found = resolveModule(files, specifier, importer);
  const isOwn = found.kind === 'module' || found.kind === 'json';
  if (!isOwn || isShared?.(found.path) !== true) return found;
  return { kind: 'external', specifier: pathToFileURL(found.path).href };
}
