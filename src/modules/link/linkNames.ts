import { nameRefused, type RefusedName } from './importErrors.js';
import { ExternalModule, ModuleInstance, readerOf } from './ModuleInstance.js';
import type { ReadExport } from './namespace.js';
import { exportedNames, resolveExport, targetOf } from './resolveExport.js';

/**
 * Resolves the names that a module imports and passes on. Runs nothing. Throws the language's SyntaxError for a name that cannot be had.
 *
 * @returns Readers of the imports, by their local names.
 * @source https://tc39.es/ecma262/#sec-source-text-module-record-initialize-environment
 */
export function linkNames(instance: ModuleInstance): ReadonlyMap<string, () => ReadExport> {
  checkNames(instance);
  return new Map(
    instance.outline.imports.map(({ request, name, local }) => [
      local,
      () => {
        const module = targetOf(instance, request);
        if (name === undefined) return readerOf({ module, local: undefined, exported: undefined });
        const resolved = resolveExport(module, name);
        if (resolved.kind !== 'found') throw refused(instance, { request, name }, resolved.kind);
        return readerOf(resolved.binding);
      },
    ]),
  );
}

/** Throws when a module imports or passes on a name of `only`, or of any module, that cannot be had. */
export function checkNames(instance: ModuleInstance, only?: ExternalModule): void {
  const { imports, passedExports } = instance.outline;
  const isMeant = (request: number) => only === undefined || instance.targets[request] === only;
  for (const { request, name, exported } of passedExports) {
    if (name === undefined || !isMeant(request)) continue;
    const { kind } = resolveExport(instance, exported);
    if (kind !== 'found') throw refused(instance, { request, name, use: 're-export' }, kind);
  }
  for (const { request, name } of imports) {
    if (name === undefined || !isMeant(request)) continue;
    const { kind } = resolveExport(targetOf(instance, request), name);
    if (kind !== 'found') throw refused(instance, { request, name }, kind);
  }
}

function refused(
  { path, outline, targets }: ModuleInstance,
  { request, name, use = 'import' }: { request: number; name: string; use?: RefusedName['use'] },
  reason: RefusedName['reason'],
): SyntaxError {
  const target = targets[request];
  return nameRefused({
    importer: path,
    specifier: outline.requests[request]?.specifier ?? '',
    name,
    use,
    reason,
    offered: target === undefined ? [] : (exportedNames(target) ?? []),
    isCommonjs: target instanceof ModuleInstance && target.module.compiled.commonjs !== undefined,
  });
}

/** The packages whose names must be known before names can be resolved, since an `export *` passes them on. */
export function starredExternals({ outline, targets }: ModuleInstance): readonly ExternalModule[] {
  return outline.starExports.flatMap((request) => {
    const target = targets[request];
    return target instanceof ExternalModule && target.namespace === undefined ? [target] : [];
  });
}
