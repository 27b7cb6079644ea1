import type { Manifest } from './Manifest.js';
import { semverRange } from './semverRange.js';

/** The manifests of all plugins: as they serve, and as they are on disk, where the next change is already written. */
export interface KnownManifests {
  readonly serving: readonly Manifest[];
  readonly onDisk: readonly Manifest[];
}

/** A key of the manifest, and why the plugin cannot serve beside the others. */
export interface DependencyProblem {
  readonly key: readonly string[];
  readonly reason: string;
}

/** Why a plugin cannot serve: a circle, a dependency that is not there or has another version, a dependant that it would break. */
export function dependencyProblem(
  { name, version, dependencies = {} }: Manifest,
  { serving, onDisk }: KnownManifests,
): DependencyProblem | undefined {
  const find = (plugin: string) => named(serving, plugin) ?? named(onDisk, plugin);
  const wanted = Object.entries(dependencies);
  const cycle =
    wanted.length === 0
      ? undefined
      : findCycle(name, (plugin) =>
          Object.keys((plugin === name ? dependencies : find(plugin)?.dependencies) ?? {}),
        );
  if (cycle !== undefined) {
    return {
      key: ['dependencies', cycle[1] ?? name],
      reason: `depends on itself: ${cycle.join(' → ')}; remove one of these dependencies`,
    };
  }
  for (const [plugin, range] of wanted) {
    const offered = named(serving, plugin)?.version;
    if (offered !== undefined && semverRange.satisfies(offered, range)) continue;
    const found = offered === undefined ? 'no plugin of that name serves' : `${offered} serves`;
    return {
      key: ['dependencies', plugin],
      reason: `needs "${plugin}" ${range}, and ${found}; load one that fits, or change the range`,
    };
  }
  for (const dependant of serving) {
    const range = dependant.dependencies?.[name];
    if (range === undefined || semverRange.satisfies(version, range)) continue;
    // When the dependant's next manifest takes the new version, both changed together, and it follows.
    const next = named(onDisk, dependant.name)?.dependencies?.[name];
    if (next !== undefined && semverRange.satisfies(version, next)) continue;
    const reason = `"${dependant.name}" serves and needs ${range}; widen its range before this goes to ${version}`;
    return { key: ['version'], reason };
  }
  return undefined;
}

function named(manifests: readonly Manifest[], plugin: string): Manifest | undefined {
  return manifests.find(({ name }) => name === plugin);
}

/** The shortest way from `start` back to itself over what each depends on, both ends named; undefined when there is none. */
export function findCycle(
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
