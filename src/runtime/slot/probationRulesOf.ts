import { consecutive } from '../../policies/breaker/consecutive.js';
import { longestDelayMs, requireInRange } from '../../policies/ranges.js';
import type { Manifest } from '../manifest/Manifest.js';
import type { ProbationRules } from '../calls/Probation.js';
import type { RuntimeOptions } from '../environment/RuntimeOptions.js';

const DEFAULT_FAILURE_COUNT = 3;

/** The host's rules, checked; undefined when new versions are trusted at once. */
export function probationOfHost({
  probation,
  keepVersions,
}: RuntimeOptions): ProbationRules | undefined {
  if (probation === undefined) return undefined;
  const { forMs, trip = consecutive(DEFAULT_FAILURE_COUNT) } = probation;
  const range = { least: 1, most: longestDelayMs };
  requireInRange('PluginRuntime', range, { 'probation.forMs': forMs });
  if (keepVersions === 0) {
    throw new RangeError(
      'PluginRuntime: probation needs a version to go back to, and keepVersions is 0',
    );
  }
  return { forMs, trip };
}

/** What a plugin's manifest asks for goes before what its host does; `duration-ms = 0` asks for none. */
export function probationRulesOf(
  { probation }: Manifest,
  host: ProbationRules | undefined,
): ProbationRules | undefined {
  if (probation === undefined) return host;
  const forMs = Math.min(longestDelayMs, probation['duration-ms']);
  const count = probation['failure-count'];
  const trip =
    count === undefined ? (host?.trip ?? consecutive(DEFAULT_FAILURE_COUNT)) : consecutive(count);
  return forMs === 0 ? undefined : { forMs, trip };
}
