import type { Candidate, Desired } from '../../../src/fleet/protocol/Desired.js';
import type { HostReport } from '../../../src/fleet/protocol/HostReport.js';
import type { RolloutPolicy } from '../../../src/fleet/rollout/RolloutPolicy.js';
import { startRollout } from '../../../src/fleet/rollout/rolloutOrders.js';
import type { VirtualTime } from '../../../src/trace/virtual/VirtualTime.js';

export const candidate = (version: string): Candidate => ({
  version,
  digest: `sha256-${version}`,
  statement: '{}',
  signature: '',
});

export const v1 = candidate('1');
export const v2 = candidate('2');

/** A document of v1, with a rollout of v2 that has just begun. */
export function rollout(of: Partial<Desired> = {}): Desired {
  const first = startRollout(undefined, { plugin: 'p', candidate: v1, rollout: 'r1' });
  const stable = { ...first, stable: v1, candidate: null };
  return { ...startRollout(stable, { plugin: 'p', candidate: v2, rollout: 'r2' }), ...of };
}

export function report(
  host: string,
  status: HostReport['status'],
  of: Partial<HostReport> = {},
): HostReport {
  const serving = status === 'serving' || status === 'proven' ? v2.digest : v1.digest;
  const calls = { ok: 0, failed: 0, fingerprints: [] };
  return {
    ...{ host, boot: `${host}.1`, plugin: 'p', revision: 1, rollout: 'r2', status },
    ...{ serving, tried: v2.digest, calls },
    ...of,
  };
}

export const hostsOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `host-${index}`);

export const policy: RolloutPolicy = {
  waves: [1, '25%', '100%'],
  bakeMs: 1_000,
  deadlineMs: 10_000,
  giveUpAfterMs: 60_000,
};

/** Lets time pass, runs what is due, and lets answers arrive after each step. Then it calls `look`. */
export async function passTime(
  time: VirtualTime,
  ms: number,
  look: () => void = () => undefined,
): Promise<void> {
  const endMs = time.elapsedMs + ms;
  for (;;) {
    for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
    look();
    if (time.nextDueMs > endMs) break;
    time.runNext();
  }
  time.advanceTo(endMs);
}
