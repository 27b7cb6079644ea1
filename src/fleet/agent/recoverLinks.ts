import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { AgentHome } from './AgentHome.js';
import { agentRecords } from './agentRecord.js';

/**
 * Before the first load: a version that was on trial when the process ended is refused, and what was good is linked. So a version that ends
 * the process ends it once. Whatever else is linked and not proven is on trial from now on.
 */
export function recoverLinks(home: AgentHome): void {
  for (const plugin of home.known) {
    home.safely(() => {
      refuseSuspect(home, plugin);
      tryLinked(home, plugin);
    });
  }
}

function refuseSuspect(home: AgentHome, plugin: string): void {
  const { trying, refused, good } = home.of(plugin);
  const linked = home.linked(plugin);
  const isTried = linked !== undefined && linked === trying?.digest;
  if (isTried && trying.isStopped === true) return;
  const isRefused = linked !== good && refused.some(({ digest }) => digest === linked);
  // The link first: a process that ends in between finds the trial again.
  if (isTried || isRefused) home.link(plugin, backOf(home, plugin, linked));
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

/** What is complete on this disk and was good before `failed`; null when nothing is. */
function backOf(home: AgentHome, plugin: string, failed: string | undefined): string | null {
  const { good, previous } = home.of(plugin);
  const found = [good, previous].find(
    (digest) => digest !== null && digest !== failed && home.has(plugin, digest),
  );
  return found ?? null;
}

function endedOnTrial(plugin: string, digest: string): ReloadError {
  return {
    _tag: 'VersionSuspect',
    plugin,
    message: `${plugin}: the host ended while ${digest} was on trial. The version before it serves; this one is not tried again in its rollout.`,
  };
}
