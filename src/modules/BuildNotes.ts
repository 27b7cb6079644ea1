import type { CompiledModule } from './evaluate/CompiledModule.js';
import type { PluginFiles } from './files/PluginFiles.js';
import { isUnchanged } from './files/unchanged.js';
import type { GraphModule, ModuleGraph } from './ModuleGraph.js';

/** What a build has read, and what it may take over. */
export interface BuildNotes {
  /** Path → identity. A file is noted even if reading or compiling it fails. */
  readonly read: Map<string, string>;
  /** Path → SHA-256 of the text of each module. */
  readonly sources: Map<string, string>;
  readonly known?: ModuleGraph | undefined;
  /**
   * The files of `known` that may have changed. The others are taken over without a look: the caller looks at all that was read, and builds
   * again where it has changed. Left out: each file is looked at.
   */
  readonly suspects?: ReadonlySet<string> | undefined;
}

/** The module of the version before, when its file is certainly unchanged, or is to be looked at later. */
export function takenOver(
  files: PluginFiles,
  path: string,
  { known, suspects }: Pick<BuildNotes, 'known' | 'suspects'>,
): GraphModule | undefined {
  const before = known?.modules.get(path);
  if (before?.isSettled !== true) return undefined;
  const isLookedAt = suspects === undefined || suspects.has(path);
  return isLookedAt && !isUnchanged(files, path, before) ? undefined : before;
}

/** Whether nothing beside its text decides what a module is: it asks for no other one. */
export function isAlone({ imports, dynamicImports, form }: CompiledModule): boolean {
  return imports.length + dynamicImports.length === 0 && form.kind !== 'commonjs';
}

/** Whether the imports of a module lead where they led before. */
export function isSameMap<A>(one: ReadonlyMap<string, A>, other: ReadonlyMap<string, A>): boolean {
  if (one.size !== other.size) return false;
  for (const [key, value] of one) if (other.get(key) !== value) return false;
  return true;
}
