import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import type { CompiledModule } from '../evaluate/CompiledModule.js';
import type { ModuleOutline } from '../evaluate/ModuleOutline.js';
import type { PluginFiles } from '../files/PluginFiles.js';
import { commonjsOutline } from './commonjsBody.js';
import { readableNames } from './exportNames.js';
import type { RequireTarget } from './resolveRequire.js';

const MAX_BYTES = 16 * 1024 * 1024;

/** Node 23 and newer give `module.exports` under this name too. */
const hasWholeName = Number.parseInt(process.versions.node) >= 23;

interface NamedModule {
  readonly compiled: Pick<CompiledModule, 'form'>;
  readonly requires: ReadonlyMap<string, RequireTarget>;
}

/**
 * What the linker knows of a CommonJS module, when somebody imports it: its names depend on the modules that it passes on, which the graph
 * gets later.
 */
export function namedOutline(
  { path, form }: Pick<CompiledModule, 'path' | 'form'>,
  graph: { readonly entry: string; readonly modules: ReadonlyMap<string, NamedModule> },
  files: PluginFiles,
): (() => ModuleOutline) | undefined {
  if (form.kind !== 'commonjs') return undefined;
  let outline: ModuleOutline | undefined;
  return () => {
    // The host calls the entry's functions by their names, also those that the text does not show.
    const isOpen = path === graph.entry;
    outline ??= commonjsOutline(isOpen ? [] : importableNames(files, graph.modules, path), isOpen);
    return outline;
  };
}

/**
 * The names that an `import` can take from a CommonJS module, known before anything runs: `default`, those that its text shows, and those
 * of modules whose exports it passes on.
 *
 * @source https://nodejs.org/api/esm.html#commonjs-namespaces
 */
function importableNames(
  files: PluginFiles,
  modules: ReadonlyMap<string, NamedModule>,
  path: string,
): readonly string[] {
  const names = new Set<string>();
  const visited = new Set<string>();
  const add = (from: string): void => {
    if (visited.has(from)) return;
    visited.add(from);
    const module = modules.get(from);
    if (module === undefined) addOfPackage(from);
    else if (module.compiled.form.kind === 'commonjs') {
      for (const name of module.compiled.form.names) names.add(name);
      for (const specifier of module.compiled.form.reexports) {
        const target = module.requires.get(specifier);
        if (target?.kind === 'own') add(target.path);
        else addResolved(specifier, from);
      }
    }
  };
  const addOfPackage = (from: string): void => {
    const text = textOf(files, from);
    if (text === undefined) return;
    const readable = readableNames(text);
    for (const name of readable.names) names.add(name);
    for (const specifier of readable.reexports) addResolved(specifier, from);
  };
  const addResolved = (specifier: string, importer: string): void => {
    const resolved = resolvedPath(specifier, importer);
    if (resolved !== undefined) add(resolved);
  };
  add(path);
  names.delete('default');
  names.delete('module.exports');
  return ['default', ...names, ...(hasWholeName ? ['module.exports'] : [])];
}

/** The file of a package; a module of Node has none. */
function resolvedPath(specifier: string, importer: string): string | undefined {
  try {
    const resolved = createRequire(importer).resolve(specifier);
    return isAbsolute(resolved) && /\.(?:c?js)$/.test(resolved) ? resolved : undefined;
  } catch {
    return undefined;
  }
}

function textOf(files: PluginFiles, path: string): string | undefined {
  try {
    return files.read(path, MAX_BYTES).text;
  } catch {
    return undefined;
  }
}
