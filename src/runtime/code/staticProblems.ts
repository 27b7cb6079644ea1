import type { ReloadError } from '../../model/reload/ReloadError.js';
import { displayPath, sourcePlace } from '../../modules/places/sourcePlace.js';
import { exportMissing, importedNameMissing } from '../../model/reload/failures.js';
import { locateImport } from '../../modules/places/locateImport.js';
import type { GraphModule } from '../../modules/link/ModuleGraph.js';
import { moduleOutline, type ModuleOutline } from '../../modules/compile/moduleOutline.js';
import type { PluginCode } from './PluginCode.js';

/** What would fail at LOAD or VALIDATE, as far as the text of the modules tells: names that are imported or promised, and not exported. */
export function staticProblems(
  root: string,
  { graph, manifest }: PluginCode,
): readonly ReloadError[] {
  const { name: plugin, exports = [] } = manifest.manifest;
  const outlines = new Map<string, ModuleOutline>();
  for (const [path, { compiled }] of graph.modules) {
    const { form } = compiled;
    const outline = form.kind === 'script' ? moduleOutline(form.code) : undefined;
    if (outline !== undefined) outlines.set(path, outline);
  }

  /** Undefined: not known before it runs. */
  const namesOf = (
    path: string,
    seen: ReadonlySet<string> = new Set(),
  ): ReadonlySet<string> | undefined => {
    if (path.endsWith('.json')) return new Set(['default']);
    const outline = outlines.get(path);
    if (outline === undefined || seen.has(path)) return seen.has(path) ? new Set() : undefined;
    const names = new Set(outline.exports);
    for (const specifier of outline.passesOn) {
      const target = targetOf(graph.modules.get(path), specifier);
      const passed = target === undefined ? undefined : namesOf(target, new Set(seen).add(path));
      if (passed === undefined) return undefined;
      for (const name of passed) if (name !== 'default') names.add(name);
    }
    return names;
  };

  const problems: ReloadError[] = [];
  for (const [path, { imports }] of outlines) {
    const module = graph.modules.get(path);
    for (const { specifier, names } of imports) {
      const target = targetOf(module, specifier);
      const offered = target === undefined ? undefined : namesOf(target);
      const missing = names.find((name) => offered?.has(name) === false);
      if (offered === undefined || missing === undefined || module === undefined) continue;
      const { source } = module.compiled;
      const at = sourcePlace(root, path, source, locateImport(source, missing));
      problems.push(importedNameMissing(plugin, at, specifier, missing, [...offered]));
    }
  }
  const offered = namesOf(graph.entry);
  if (offered === undefined) return problems;
  const file = displayPath(root, graph.entry);
  for (const exportName of exports.filter((name) => !offered.has(name))) {
    problems.push(exportMissing(plugin, file, exportName, [...offered]));
  }
  return problems;
}

/** The file that an import leads to, where it is one of the plugin's own. */
function targetOf(module: GraphModule | undefined, specifier: string): string | undefined {
  const resolution = module?.resolutions.get(specifier);
  return resolution?.kind === 'module' || resolution?.kind === 'json' ? resolution.path : undefined;
}
