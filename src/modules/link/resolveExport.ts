import type { ModuleOutline, OwnExport, PassedName } from '../evaluate/ModuleOutline.js';

/** A module as far as names need it: its outline, and where its requests lead. */
export interface OutlinedModule {
  readonly kind: 'module';
  readonly outline: ModuleOutline;
  /** By index of the request. */
  readonly targets: readonly LinkTarget[];
}

/** A module whose exports are known once it is loaded: a package, or one of Node's own. */
export interface OpenModule {
  readonly kind: 'open';
  /** Undefined: it is not loaded yet. */
  readonly names: ReadonlySet<string> | undefined;
}

export type LinkTarget = OutlinedModule | OpenModule;

/** The variable that an export leads to, in the module that declares it. Without a name: the namespace of that module. */
export interface Binding<A> {
  readonly module: A;
  /** The name of the variable; of an open module, the name of the export. */
  readonly local: string | undefined;
  /** The name of the export in that module. */
  readonly exported: string | undefined;
}

/** What a name of a module leads to. `circular` is a re-export that leads back to itself. */
export type ResolvedExport<A> =
  | { readonly kind: 'found'; readonly binding: Binding<A> }
  | { readonly kind: 'missing' | 'circular' | 'ambiguous' };

/**
 * Follows the re-exports of a name to the variable that it means. Runs nothing. A name that two `export *` pass on from different
 * variables is ambiguous; it is no export of the module.
 *
 * @source https://tc39.es/ecma262/#sec-resolveexport
 */
export function resolveExport(
  module: LinkTarget,
  name: string,
  visited = new Map<LinkTarget, Set<string>>(),
): ResolvedExport<LinkTarget> {
  if (module.kind === 'open') return openExport(module, name);
  const index = indexOf(module.outline);
  // First, and noted nowhere: most names end here, and what ends here leads to no circle.
  const own = index.own.get(name);
  if (own !== undefined) {
    return { kind: 'found', binding: { module, local: own.local, exported: own.exported } };
  }
  const names = visited.get(module) ?? new Set();
  if (names.has(name)) return { kind: 'circular' };
  visited.set(module, names.add(name));
  const { starExports, isOpen } = module.outline;
  const passed = index.passed.get(name);
  if (passed !== undefined) {
    const target = targetOf(module, passed.request);
    if (passed.name !== undefined) return resolveExport(target, passed.name, visited);
    return { kind: 'found', binding: { module: target, local: undefined, exported: undefined } };
  }
  if (isOpen === true) {
    return { kind: 'found', binding: { module, local: `open ${name}`, exported: name } };
  }
  // `export *` never passes on a default export.
  if (name === 'default') return { kind: 'missing' };
  return throughStars(module, starExports, name, visited);
}

interface ExportIndex {
  readonly own: ReadonlyMap<string, OwnExport>;
  /** Index in `ownExports`, by the name of the variable. */
  readonly locals: ReadonlyMap<string, number>;
  readonly passed: ReadonlyMap<string, PassedName>;
}

/** By name: a module may have 60,000 exports. Lives as long as the outline. */
const indexes = new WeakMap<ModuleOutline, ExportIndex>();

function indexOf(outline: ModuleOutline): ExportIndex {
  const known = indexes.get(outline);
  if (known !== undefined) return known;
  const { ownExports, passedExports } = outline;
  const made = {
    own: new Map(ownExports.map((own) => [own.exported, own])),
    locals: new Map(ownExports.map(({ local }, index) => [local, index])),
    passed: new Map(passedExports.map((passed) => [passed.exported, passed])),
  };
  indexes.set(outline, made);
  return made;
}

/** Where among `ownExports` a variable is. All versions that hold the same text share the answer. */
export function exportIndexOf(outline: ModuleOutline, local: string): number | undefined {
  return indexOf(outline).locals.get(local);
}

function throughStars(
  module: OutlinedModule,
  starExports: readonly number[],
  name: string,
  visited: Map<LinkTarget, Set<string>>,
): ResolvedExport<LinkTarget> {
  let found: ResolvedExport<LinkTarget> = { kind: 'missing' };
  for (const request of starExports) {
    const next = resolveExport(targetOf(module, request), name, visited);
    if (next.kind === 'ambiguous') return next;
    if (next.kind !== 'found') continue;
    if (found.kind === 'found' && !isSame(found.binding, next.binding))
      return { kind: 'ambiguous' };
    found = next;
  }
  return found;
}

function openExport(module: OpenModule, name: string): ResolvedExport<LinkTarget> {
  if (module.names?.has(name) === false) return { kind: 'missing' };
  return { kind: 'found', binding: { module, local: name, exported: name } };
}

function isSame<A>(one: Binding<A>, other: Binding<A>): boolean {
  return one.module === other.module && one.local === other.local;
}

export function targetOf(module: OutlinedModule, request: number): LinkTarget {
  const target = module.targets[request];
  if (target === undefined) throw new RangeError(`the module has no request ${request}`);
  return target;
}

/**
 * The names that a module exports, in no order. Ambiguous names and re-exports that lead nowhere are left out. Undefined when some are known
 * only at run time.
 *
 * @source https://tc39.es/ecma262/#sec-getexportednames
 */
export function exportedNames(module: LinkTarget): readonly string[] | undefined {
  const names = candidateNames(module, new Set());
  if (names === undefined) return undefined;
  return [...names].filter((name) => resolveExport(module, name).kind === 'found');
}

function candidateNames(
  module: LinkTarget,
  visited: Set<LinkTarget>,
): ReadonlySet<string> | undefined {
  if (module.kind === 'open') return module.names;
  if (visited.has(module)) return new Set();
  visited.add(module);
  const { ownExports, passedExports, starExports, isOpen } = module.outline;
  if (isOpen === true) return undefined;
  const names = new Set([...ownExports, ...passedExports].map(({ exported }) => exported));
  for (const request of starExports) {
    const passed = candidateNames(targetOf(module, request), visited);
    if (passed === undefined) return undefined;
    for (const name of passed) if (name !== 'default') names.add(name);
  }
  return names;
}
