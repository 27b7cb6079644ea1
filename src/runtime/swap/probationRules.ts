import { consecutive } from '../../policies/breaker/consecutive.js';
import { longestDelayMs, requireInRange } from '../../policies/ranges.js';
import type { ProbationRules } from '../calls/Probation.js';
import type { RuntimeOptions } from '../environment/RuntimeOptions.js';
import type { Manifest } from '../manifest/manifestKeys.js';

const DEFAULT_FAILURE_COUNT = 3;

/** The rules of the host, for all of its plugins; undefined when new versions are trusted at once. Throws when they cannot work. */
export function hostProbationRules({
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

/** The rules for one plugin. Its manifest overrides the host; `duration-ms = 0` in it means no probation. */
export function pluginProbationRules(
  { probation }: Manifest,
  host: ProbationRules | undefined,
): ProbationRules | undefined {
  if (probation === undefined) return host;
  const forMs = Math.min(longestDelayMs, probation['duration-ms']);
  if (forMs === 0) return undefined;
  const count = probation['failure-count'];
  const trip =
    count === undefined ? (host?.trip ?? consecutive(DEFAULT_FAILURE_COUNT)) : consecutive(count);
  return { forMs, trip };
}
