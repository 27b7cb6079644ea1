import { publishedVersion } from '../../fleet/bundles/catalogue.js';
import type { OpenEngine } from '../../fleet/control/openInBackground.js';
import { plannedWaves } from '../../fleet/rollout/plannedWaves.js';
import { escapeText } from '../../sinks/terminal/escapeText.js';
import type { FleetCommand } from '../arguments/parseFleet.js';
import { type FleetExit, type FleetIo, rightOf } from './FleetIo.js';
import { liveHosts } from './showFleet.js';

/** What a controller of this command line takes unless it is told otherwise. */
export const usualPace = { waves: [1, '25%', '100%'], bakeMs: 60_000 } as const;

/** `hotpipe fleet plan`: what `hotpipe fleet rollout` with the same words would do now. Writes nothing. */
export async function showPlan(
  {
    subject: plugin,
    version = '',
    waves,
    bakeMs,
    expectHosts,
    isRefusedTried,
    isJson,
  }: FleetCommand,
  fleet: OpenEngine,
  { print }: FleetIo,
): Promise<FleetExit> {
  const { digest } = rightOf(await publishedVersion(fleet, { plugin, version })());
  const read = rightOf(await fleet.read(plugin)());
  const doc = read._tag === 'Some' ? read.value.value : undefined;
  const { hosts, isComplete } = await liveHosts(fleet);
  const planned = plannedWaves(waves ?? usualPace.waves, hosts.length);
  const isRefused = doc?.refused.includes(digest) === true && !isRefusedTried;
  const replaces = doc?.candidate?.version ?? null;
  const stable = doc?.stable?.version ?? null;
  const isShort = expectHosts !== undefined && hosts.length < expectHosts;
  if (isJson) {
    const plan = { plugin, version, digest, stable, replaces, isRefused, isComplete };
    print(`${JSON.stringify({ ...plan, liveCount: hosts.length, waves: planned })}\n`);
  } else {
    const baked = bakeMs ?? (waves === undefined ? undefined : usualPace.bakeMs);
    const pause = baked === undefined ? 'it bakes' : `it bakes ${baked / 1_000} s`;
    const lines = [
      `${plugin}@${version} is ${digest}; ${stable ?? 'nothing'} is stable`,
      ...(replaces === null ? [] : [`it replaces ${replaces}, which is being rolled out`]),
      ...(waves === undefined ? ['waves of a controller that is told nothing else:'] : []),
      ...planned.map(({ wave, addedCount, hostCount }) => {
        const more = `${addedCount} more ${addedCount === 1 ? 'host' : 'hosts'}`;
        return `wave ${wave}: ${more}, ${hostCount} of ${hosts.length}; when all have proven it, ${pause}`;
      }),
      ...(hosts.length === 0 ? ['no host is alive: it waits for one'] : []),
      ...(isShort ? [`it waits: ${hosts.length} hosts are alive, of ${expectHosts}`] : []),
      ...(isComplete ? [] : ['the list may lack hosts: the engine did not answer in time']),
      isRefused
        ? 'it was taken back before, so no host tries it; try it again all the same: --retry-refused'
        : 'then it is the stable version of every host',
    ];
    for (const line of lines) print(`${escapeText(line)}\n`);
  }
  if (isRefused) return 1;
  return isComplete ? 0 : 4;
}
