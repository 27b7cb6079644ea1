import type { Manifest } from './manifestKeys.js';
import { semverRange } from './semverRange.js';

/** The manifests of the other plugins of a host, by name: a check asks only for those that it needs. */
export interface HostManifests {
  /** The manifest of the version that serves; undefined when none does. */
  readonly serving: (plugin: string) => Manifest | undefined;
  /** The manifests of the versions that serve and depend on a plugin. */
  readonly dependants: (plugin: string) => readonly Manifest[];
  /** The manifest on disk, which may already contain the next change; undefined when there is no valid one. Reads files. */
  readonly onDisk: (plugin: string) => Promise<Manifest | undefined>;
}

/** A key of a manifest, and why the plugin cannot serve beside the others. */
interface DependencyProblem {
  readonly key: readonly string[];
  readonly reason: string;
  /** The plugins that may cure it when they change. */
  readonly blockers: readonly string[];
  /** The dependency that is missing, if it is on disk in a version that fits. */
  readonly onDisk?: string;
}

/** What a check found. */
export interface DependencyCheck {
  readonly problem: DependencyProblem | undefined;
  /**
   * Whether there is no problem beside the versions that serve by now, as far as the files say that were read then. Reads none, so that it can be
   * asked in the turn in which a version goes live: another one may have done so since the check.
   */
  readonly fitsNow: () => boolean;
}

/**
 * Why a plugin cannot serve beside the others: its dependencies form a cycle, one of them does not serve or has another version, or a
 * plugin that depends on it would break. Reads files only of plugins that do not serve, or
 * not in a version that fits.
 */
export async function checkDependencies(
  manifest: Manifest,
  others: HostManifests,
): Promise<DependencyCheck> {
  const read = new Map<string, Manifest | undefined>();
  for (;;) {
    // While files are read, other plugins may come to serve: the check is made at once, and again when it lacked a manifest.
    const lacking = new Set<string>();
    const problem = problemNow(manifest, others, (plugin) => {
      if (!read.has(plugin)) lacking.add(plugin);
      return read.get(plugin);
    });
    if (lacking.size === 0) {
      const fitsNow = () =>
        problemNow(manifest, others, (plugin) => read.get(plugin)) === undefined;
      return { problem, fitsNow };
    }
    for (const plugin of lacking) read.set(plugin, await others.onDisk(plugin));
  }
}

function problemNow(
  manifest: Manifest,
  { serving, dependants }: Pick<HostManifests, 'serving' | 'dependants'>,
  onDisk: KnownManifests['onDisk'],
): DependencyProblem | undefined {
  const isConcerned = manifest.dependencies !== undefined || dependants(manifest.name).length > 0;
  if (!isConcerned) return undefined;
  const known: KnownManifests = { serving, dependants, onDisk };
  return (
    cycleProblem(manifest, known) ??
    missingDependency(manifest, known) ??
    brokenDependant(manifest, known)
  );
}

/** The manifests at one moment. */
interface KnownManifests extends Pick<HostManifests, 'serving' | 'dependants'> {
  readonly onDisk: (plugin: string) => Manifest | undefined;
}

function cycleProblem(
  { name, dependencies = {} }: Manifest,
  { serving, onDisk }: KnownManifests,
): DependencyProblem | undefined {
  if (Object.keys(dependencies).length === 0) return undefined;
  const find = (plugin: string) => serving(plugin) ?? onDisk(plugin);
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
  { serving, onDisk }: KnownManifests,
): DependencyProblem | undefined {
  for (const [plugin, range] of Object.entries(dependencies)) {
    const offered = serving(plugin)?.version;
    if (offered !== undefined && semverRange.satisfies(offered, range)) continue;
    const found = offered === undefined ? 'no plugin of that name serves' : `${offered} serves`;
    const next = onDisk(plugin)?.version;
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
  { dependants, onDisk }: KnownManifests,
): DependencyProblem | undefined {
  for (const dependant of dependants(name)) {
    const range = dependant.dependencies?.[name];
    if (range === undefined || semverRange.satisfies(version, range)) continue;
    // When the dependant's manifest on disk accepts the new version, both were changed together, and its own reload follows.
    const next = onDisk(dependant.name)?.dependencies?.[name];
    if (next !== undefined && semverRange.satisfies(version, next)) continue;
    const reason = `"${dependant.name}" serves and needs ${range}; widen its range before this goes to ${version}`;
    return { key: ['version'], reason, blockers: [dependant.name] };
  }
  return undefined;
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
