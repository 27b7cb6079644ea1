import type { Manifest } from './manifestKeys.js';
import { semverRange } from './semverRange.js';

/** The manifests of all plugins of a host. */
export interface HostManifests {
  /** The manifests of the versions that serve. */
  serving(): readonly Manifest[];
  /** The manifests on disk, which may already contain the next change. Reads files. */
  onDisk(): Promise<readonly Manifest[]>;
}

/** A key of a manifest, and why the plugin cannot serve beside the others. */
export interface DependencyProblem {
  readonly key: readonly string[];
  readonly reason: string;
  /** The plugins that may cure it when they change. */
  readonly blockers: readonly string[];
  /** The dependency that is missing, if it is on disk in a version that fits. */
  readonly onDisk?: string;
}

/**
 * Why a plugin cannot serve beside the others: its dependencies form a cycle, one of them does not serve or has another version, or a
 * plugin that depends on it would break. Reads no file where no plugin depends on another.
 */
export async function dependencyProblem(
  manifest: Manifest,
  others: HostManifests,
): Promise<DependencyProblem | undefined> {
  const isConcerned =
    manifest.dependencies !== undefined ||
    others.serving().some(({ dependencies = {} }) => Object.hasOwn(dependencies, manifest.name));
  if (!isConcerned) return undefined;
  const onDisk = await others.onDisk();
  // Only now: meanwhile another plugin may have come to serve.
  const serving = others.serving();
  return (
    cycleProblem(manifest, serving, onDisk) ??
    missingDependency(manifest, serving, onDisk) ??
    brokenDependant(manifest, serving, onDisk)
  );
}

function cycleProblem(
  { name, dependencies = {} }: Manifest,
  serving: readonly Manifest[],
  onDisk: readonly Manifest[],
): DependencyProblem | undefined {
  if (Object.keys(dependencies).length === 0) return undefined;
  const find = (plugin: string) => named(serving, plugin) ?? named(onDisk, plugin);
  const cycle = findCycle(name, (plugin) =>
    Object.keys((plugin === name ? dependencies : find(plugin)?.dependencies) ?? {}),
  );
  if (cycle === undefined) return undefined;
  return {
    key: ['dependencies', cycle[1] ?? name],
    blockers: cycle,
    reason: `depends on itself: ${cycle.join(' → ')}; remove one of these dependencies`,
  };
}

function missingDependency(
  { dependencies = {} }: Manifest,
  serving: readonly Manifest[],
  onDisk: readonly Manifest[],
): DependencyProblem | undefined {
  for (const [plugin, range] of Object.entries(dependencies)) {
    const offered = named(serving, plugin)?.version;
    if (offered !== undefined && semverRange.satisfies(offered, range)) continue;
    const found = offered === undefined ? 'no plugin of that name serves' : `${offered} serves`;
    const next = named(onDisk, plugin)?.version;
    const isOnDisk = next !== undefined && semverRange.satisfies(next, range);
    return {
      key: ['dependencies', plugin],
      reason: `needs "${plugin}" ${range}, and ${found}; load one that fits, or change the range`,
      blockers: [plugin],
      ...(isOnDisk && { onDisk: plugin }),
    };
  }
  return undefined;
}

function brokenDependant(
  { name, version }: Manifest,
  serving: readonly Manifest[],
  onDisk: readonly Manifest[],
): DependencyProblem | undefined {
  for (const dependant of serving) {
    const range = dependant.dependencies?.[name];
    if (range === undefined || semverRange.satisfies(version, range)) continue;
    // When the dependant's manifest on disk accepts the new version, both were changed together, and its own reload follows.
    const next = named(onDisk, dependant.name)?.dependencies?.[name];
    if (next !== undefined && semverRange.satisfies(version, next)) continue;
    const reason = `"${dependant.name}" serves and needs ${range}; widen its range before this goes to ${version}`;
    return { key: ['version'], reason, blockers: [dependant.name] };
  }
  return undefined;
}

function named(manifests: readonly Manifest[], plugin: string): Manifest | undefined {
  return manifests.find(({ name }) => name === plugin);
}

/** The shortest path of dependencies from `start` back to itself, with `start` at both ends; undefined when there is none. */
function findCycle(
  start: string,
  dependenciesOf: (name: string) => readonly string[],
): readonly string[] | undefined {
  const seen = new Set([start]);
  let paths: (readonly string[])[] = [[start]];
  while (paths.length > 0) {
    const longer: (readonly string[])[] = [];
    for (const path of paths) {
      for (const next of dependenciesOf(path.at(-1) ?? start)) {
        if (next === start) return [...path, start];
        if (seen.has(next)) continue;
        seen.add(next);
        longer.push([...path, next]);
      }
    }
    paths = longer;
  }
  return undefined;
}
