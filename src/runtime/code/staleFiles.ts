import { isRight } from 'fp-ts/lib/Either.js';
import { outsideOf } from '../../modules/files/outsideOf.js';
import { type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';
import {
  hasSameText,
  isSameContent,
  looksUnchanged,
  UNREADABLE,
} from '../../modules/files/unchanged.js';
import { leadsAsAtRunTime } from '../../modules/ledAtRunTime.js';
import type { ModuleGraph } from '../../modules/ModuleGraph.js';
import type { CodeBuild } from './buildCode.js';
import type { PluginFilesInUse } from './PluginFilesInUse.js';

/** A file that differs from what a plugin read, or that appeared where a plugin looked for it. */
export interface StaleFile {
  readonly path: string;
  readonly change: 'Created' | 'Modified' | 'Deleted';
}

interface FilesOfPlugin {
  readonly environment: { readonly files: PluginFiles };
  readonly files: Pick<PluginFilesInUse, 'present' | 'missing' | 'appeared' | 'isAsRead'>;
}

/** The plugins' files, at or below one of the paths, that differ from what the plugins read. */
export function staleFiles(
  plugins: readonly FilesOfPlugin[],
  paths: readonly string[],
): readonly StaleFile[] {
  if (paths.length === 0) return [];
  const isOutside = outsideOf(paths);
  const isAsked = (file: string) => !isOutside(file);
  const stale = new Map<string, StaleFile>();
  for (const { environment, files: inUse } of plugins) {
    const { files } = environment;
    for (const path of inUse.present().filter(isAsked)) {
      if (inUse.isAsRead(files, path)) continue;
      const change = tryStat(files, path) === undefined ? 'Deleted' : 'Modified';
      stale.set(path, { path, change });
    }
    for (const path of inUse.missing().filter(isAsked)) {
      const isThere = !stale.has(path) && tryStat(files, path)?.kind === 'file';
      if (isThere) stale.set(path, { path, change: 'Created' });
    }
    for (const path of inUse.appeared(files, isAsked)) {
      if (!stale.has(path)) stale.set(path, { path, change: 'Created' });
    }
  }
  return [...stale.values()];
}

/**
 * The files that a build would find otherwise now: another text, nothing where it read a file, or a file where it found nothing. It looks once
 * at each: after a start, or a change of many plugins, each of their files is asked for again and again.
 */
export function unlikeBuilt(files: PluginFiles, build: CodeBuild): readonly StaleFile[] {
  const { read, missing, contents, result } = build;
  const modules = isRight(result) ? result.right.graph.modules : undefined;
  const stale: StaleFile[] = [];
  for (const path of new Set([...read.keys(), ...contents.keys()])) {
    const identity = read.get(path);
    const module = modules?.get(path);
    const wasThere = identity !== UNREADABLE;
    const stamp = tryStat(files, path);
    const isThere = stamp !== undefined;
    if (!wasThere && !isThere) continue;
    const now = stamp?.identity ?? UNREADABLE;
    // The identity of a module proves its text only if it was settled.
    const isProven = module === undefined || (module.isSettled && module.identity === now);
    if (identity === now && isProven) continue;
    const sha256 = contents.get(path) ?? module?.compiled.hash;
    if (sha256 !== undefined && isSameContent(files, path, sha256)) continue;
    const change = isThere ? 'Modified' : 'Deleted';
    stale.push({ path, change: wasThere ? change : 'Created' });
  }
  for (const path of missing) {
    if (tryStat(files, path)?.kind === 'file') stale.push({ path, change: 'Created' });
  }
  return stale;
}

/**
 * Whether what the serving code imported or required by computed names is as it was: the files have their text, and each name still leads
 * there. No build can know of it, so two builds with the same hash may differ in it.
 */
export function hasSameComputedImports(
  files: PluginFiles,
  serving: ModuleGraph,
  built: ModuleGraph,
): boolean {
  return (
    changedComputedImports(files, serving, built).length === 0 &&
    leadsAsAtRunTime(files, serving, built)
  );
}

/** The files that the serving code imported, or that decided something, at run time, and that are otherwise now. */
export function changedComputedImports(
  files: PluginFiles,
  serving: ModuleGraph,
  built: ModuleGraph,
): readonly string[] {
  const modules = [...serving.modules].filter(
    ([path, module]) => !built.modules.has(path) && !hasSameText(files, path, module),
  );
  const decided = [...serving.decided].filter(
    ([path, identity]) => !built.decided.has(path) && !looksUnchanged(files, path, identity),
  );
  return [...modules, ...decided].map(([path]) => path);
}
