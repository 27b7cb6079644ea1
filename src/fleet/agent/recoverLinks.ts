import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { AgentHome } from './AgentHome.js';
import { agentRecords } from './agentRecord.js';

/** A version that ends the host this often is refused, also when no other one can serve. */
const MAX_CRASHES_ALONE = 3;

/**
 * Before the first load: a version that was on trial when the process ended is refused, and what was good is linked. So a version that ends
 * the process ends it once. Without another version to go back to it may do so three times, as the host may have ended for another reason, and
 * no plugin is worse. Whatever else is linked and not proven is on trial from now on.
 */
export function recoverLinks(home: AgentHome): void {
  for (const plugin of home.known) {
    home.safely(() => {
      if (isKeptAlone(home, plugin)) return;
      refuseSuspect(home, plugin);
      tryLinked(home, plugin);
    });
  }
}

/** Counts a crash of the only version that there is, and says whether it is tried once more. */
function isKeptAlone(home: AgentHome, plugin: string): boolean {
  const { trying } = home.of(plugin);
  if (trying === null || trying.isStopped === true) return false;
  if (trying.digest !== home.linked(plugin)) return false;
  const crashCount = (trying.crashCount ?? 0) + 1;
  if (crashCount >= MAX_CRASHES_ALONE || home.backFrom(plugin, trying.digest) !== null)
    return false;
  home.update(plugin, (of) => ({ ...of, trying: { ...trying, crashCount } }));
  return true;
}

function refuseSuspect(home: AgentHome, plugin: string): void {
  const { trying, refused, good } = home.of(plugin);
  const linked = home.linked(plugin);
  const isTried = linked !== undefined && linked === trying?.digest;
  if (isTried && trying.isStopped === true) return;
  const isRefused = linked !== good && refused.some(({ digest }) => digest === linked);
  // The link first: a process that ends in between finds the trial again.
  if (isTried || isRefused) home.link(plugin, home.backFrom(plugin, linked));
  if (trying === null || trying.isStopped === true) return;
  const { rollout, digest } = trying;
  const error = endedOnTrial(plugin, digest);
  home.update(plugin, (of) => agentRecords.refuses(of, { rollout, digest, error }));
}

function tryLinked(home: AgentHome, plugin: string): void {
  const { good, proven, trying } = home.of(plugin);
  const linked = home.linked(plugin);
  if (linked === undefined || linked === good || proven.includes(linked)) {
    if (trying !== null) home.update(plugin, (of) => agentRecords.drops(of, null));
    return;
  }
  const rollout = linked === trying?.digest ? trying.rollout : '';
  home.update(plugin, (of) => agentRecords.tries(of, rollout, linked, null));
}

function endedOnTrial(plugin: string, digest: string): ReloadError {
  return {
    _tag: 'VersionSuspect',
    plugin,
    message: `${plugin}: the host ended while ${digest} was on trial. The version before it serves, if there is one; this one is not tried again in its rollout.`,
  };
}
