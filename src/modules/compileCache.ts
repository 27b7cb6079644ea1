import { isAbsolute } from 'node:path';
import { isUnder } from '../model/paths.js';
import { diskFiles } from './adapters/diskFiles.js';
import { environmentOf } from './adapters/environment.js';
import { packFiles } from './adapters/packFiles.js';
import { CompiledPacks } from './cache/CompiledPacks.js';
import type { CompilationCache } from './evaluate/CompiledModule.js';
import { realPlace } from './files/PluginFiles.js';

const MIN_BYTES = 1024 * 1024;
const DEFAULT_MAX_BYTES = 256 * MIN_BYTES;

/** Compiled modules on disk. */
export interface CompileCache extends CompiledPacks {
  /** Throws a `RangeError` when the cache lies in a folder of plugins: what is written there would be watched and read as theirs. */
  requireOutside(folder: string): void;
}

/**
 * Opens the cache with the first file that is compiled. Throws a `RangeError` for options that cannot work.
 *
 * @param report - Told once of what cannot be read, and once of what cannot be written.
 */
export function openCompileCache(
  {
    directory,
    maxBytes = DEFAULT_MAX_BYTES,
  }: { readonly directory: string; readonly maxBytes?: number },
  cache: CompilationCache,
  report: (path: string, reason: string) => void,
): CompileCache {
  if (!isAbsolute(directory)) {
    throw new RangeError(`compileCache: directory (${directory}) is not an absolute path`);
  }
  if (!Number.isSafeInteger(maxBytes) || maxBytes < MIN_BYTES) {
    throw new RangeError(
      `compileCache: maxBytes (${maxBytes}) is not a whole number of bytes from ${MIN_BYTES}`,
    );
  }
  const packs = new CompiledPacks({
    ...{ directory, maxBytes, report },
    environment: environmentOf(cache),
    files: packFiles,
  });
  return Object.assign(packs, {
    requireOutside: (folder: string) => {
      if (!liesInside(directory, folder)) return;
      throw new RangeError(
        `compileCache: directory (${directory}) lies in the plugins' folder (${folder}); name one outside of it`,
      );
    },
  });
}

/** Whether a directory, which need not exist yet, is a folder or lies in it. */
export function liesInside(directory: string, folder: string): boolean {
  const [inner, outer] = [realPlace(diskFiles, directory), realPlace(diskFiles, folder)];
  return inner === outer || isUnder(inner, outer);
}
