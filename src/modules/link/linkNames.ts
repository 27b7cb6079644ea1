import { nameRefused, type RefusedName } from './importErrors.js';
import { ExternalModule, ModuleInstance } from './ModuleInstance.js';
import {
  type Binding,
  exportedNames,
  type LinkTarget,
  resolveExport,
  targetOf,
} from './resolveExport.js';

/** An import of a module, by the name that its code gives it. */
export interface LinkedName {
  readonly local: string;
  readonly binding: Binding<LinkTarget>;
}

/**
 * Resolves the names that a module imports and passes on, each once. Runs nothing. Throws the language's SyntaxError for a name that cannot be
 * had.
 *
 * @source https://tc39.es/ecma262/#sec-source-text-module-record-initialize-environment
 */
export function linkNames(instance: ModuleInstance): readonly LinkedName[] {
  const { imports } = instance.outline;
  checkPassed(instance, () => true);
  return imports.map(({ request, name, local }) => {
    const module = targetOf(instance, request);
    if (name === undefined) {
      return { local, binding: { module, local: undefined, exported: undefined } };
    }
    const resolved = resolveExport(module, name);
    if (resolved.kind !== 'found') throw refused(instance, { request, name }, resolved.kind);
    return { local, binding: resolved.binding };
  });
}

/** Throws when a module imports or passes on a name of `only` that cannot be had. */
export function checkNames(instance: ModuleInstance, only: ExternalModule): void {
  const isMeant = (request: number) => instance.targets[request] === only;
  checkPassed(instance, isMeant);
  for (const { request, name } of instance.outline.imports) {
    if (name === undefined || !isMeant(request)) continue;
    const { kind } = resolveExport(targetOf(instance, request), name);
    if (kind !== 'found') throw refused(instance, { request, name }, kind);
  }
}

function checkPassed(instance: ModuleInstance, isMeant: (request: number) => boolean): void {
  for (const { request, name, exported } of instance.outline.passedExports) {
    if (name === undefined || !isMeant(request)) continue;
    const { kind } = resolveExport(instance, exported);
    if (kind !== 'found') throw refused(instance, { request, name, use: 're-export' }, kind);
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

const NONE: readonly ExternalModule[] = [];

/** The packages whose names must be known before names can be resolved, since an `export *` passes them on. */
export function starredExternals({ outline, targets }: ModuleInstance): readonly ExternalModule[] {
  if (outline.starExports.length === 0) return NONE;
  return outline.starExports.flatMap((request) => {
    const target = targets[request];
    return target instanceof ExternalModule && target.namespace === undefined ? [target] : [];
  });
}
