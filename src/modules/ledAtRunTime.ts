import { fileURLToPath } from 'node:url';
import { PackageTypes } from './commonjs/moduleKind.js';
import { type RequireTarget, resolveRequire } from './commonjs/resolveRequire.js';
import { type PluginFiles, tryStat } from './files/PluginFiles.js';
import type { GraphModule, LedAtRunTime, ModuleGraph } from './ModuleGraph.js';
import { type Resolution, resolveModule } from './resolve/resolveModule.js';

/**
 * Whether what the serving code imported and required by computed names would be found as it was. No build knows of it, so two builds with the
 * same hash may differ in it: in where a name leads, and in what decides how a file is compiled. The texts of the files are not compared.
 *
 * @param built - The newest build. What decides for its modules is in it already, and in its hash.
 */
export function leadsAsAtRunTime(
  files: PluginFiles,
  serving: ModuleGraph,
  built: ModuleGraph,
): boolean {
  if (!serving.listed.isAsNoted(files)) return false;
  // What appeared there would be taken instead, or is what was missing.
  for (const path of serving.missing) {
    if (!built.missing.has(path) && tryStat(files, path)?.kind === 'file') return false;
  }
  const isNew = (path: string) => !built.modules.has(path) && !built.refused.has(path);
  const found = [...serving.modules.values()].filter(({ compiled }) => isNew(compiled.path));
  const refused = [...serving.refused].filter(([path]) => isNew(path));
  if (found.length + refused.length > 0 && !haveSameTsconfigs(serving, built)) return false;
  const types = new PackageTypes(files);
  const kinds = [...refused, ...found.map(({ compiled, kind }) => [compiled.path, kind] as const)];
  return (
    kinds.every(([path, kind]) => types.kindOf(path) === kind) &&
    [...serving.ledAtRunTime.values()].every((one) => leadsTo(files, one, built)) &&
    found.flatMap(importsOf).every((one) => leadsTo(files, one, built))
  );
}

/** What a module imports and requires, as it was found. */
function importsOf({ compiled, mapping, resolutions, requires }: GraphModule): readonly Led[] {
  const importer = compiled.path;
  const led = (by: Led['by'], targets: Iterable<readonly [string, RequireTarget | Resolution]>) =>
    Array.from(targets, ([specifier, target]) => ({
      ...{ by, specifier, importer, mapping },
      to: destinationOf(target, specifier),
    }));
  return [...led('import', resolutions), ...led('require', requires)];
}

type Led = Omit<LedAtRunTime, 'path'>;

function leadsTo(files: PluginFiles, led: Led, { modules }: ModuleGraph): boolean {
  const { by, specifier, importer, to } = led;
  // That of an importer that was found at run time is as it was: so is each `tsconfig.json`.
  const mapping = modules.has(importer) ? modules.get(importer)?.mapping : led.mapping;
  const target =
    by === 'require'
      ? resolveRequire(files, specifier, importer, { mapping })
      : resolveModule(files, specifier, importer, { mapping });
  return destinationOf(target, specifier) === to;
}

/** Whether each `tsconfig.json` that both have read has the same text. */
function haveSameTsconfigs(serving: ModuleGraph, built: ModuleGraph): boolean {
  return [...serving.tsconfigs].every(([path, { text }]) => {
    const now = built.tsconfigs.get(path);
    return now === undefined || now.text === text;
  });
}

/**
 * What an import or a `require` got: a file of the plugin, or what a `package.json` or a `tsconfig.json` names. Undefined: nothing, or what the
 * host has under that name.
 */
export function destinationOf(
  target: RequireTarget | Resolution,
  specifier: string,
): string | undefined {
  if ('path' in target) return target.path;
  if (!('specifier' in target) || target.specifier === specifier) return undefined;
  // A file that the host shares is asked for by its URL.
  return target.specifier.startsWith('file:') ? fileURLToPath(target.specifier) : target.specifier;
}
