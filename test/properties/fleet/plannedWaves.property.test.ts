import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isInCohort } from '../../../src/fleet/protocol/cohort.js';
import type { Wave } from '../../../src/fleet/protocol/RolloutPace.js';
import { decideRollout } from '../../../src/fleet/rollout/decideRollout.js';
import { plannedWaves } from '../../../src/fleet/rollout/plannedWaves.js';
import { hostsOf, policy, report, rollout } from '../../unit/fleet/fleetWorld.js';

const wave: fc.Arbitrary<Wave> = fc.oneof(
  fc.integer({ min: 1, max: 60 }),
  fc.integer({ min: 1, max: 100 }).map((share): Wave => `${share}%`),
);

it('a plan has the waves that a rollout has where nothing stops it: their numbers, and how many hosts each one adds', () => {
  fc.assert(
    fc.property(
      fc.array(wave, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      fc.string(),
      (waves, count, salt) => {
        const hosts = { hosts: hostsOf(count), isComplete: true };
        const rules = { ...policy, waves, bakeMs: 0, expectHosts: 0 };
        const opened: unknown[] = [];
        let doc = rollout({ salt });
        let before = 0;
        for (let step = 0; doc.candidate !== null; step += 1) {
          expect(step).toBeLessThan(50);
          const cohort = hosts.hosts.filter((host) => isInCohort(doc, host));
          const reports = cohort.map((host) => report(host, 'proven'));
          const { _tag, next } = decideRollout(
            { value: doc, revision: 1 },
            hosts,
            reports,
            0,
            rules,
          );
          if (next === undefined) throw new Error(`nothing is written after ${_tag}`);
          doc = next;
          if (_tag !== 'openWave') continue;
          const hostCount = hosts.hosts.filter((host) => isInCohort(doc, host)).length;
          opened.push({ wave: doc.wave, addedCount: hostCount - before, hostCount });
          before = hostCount;
        }
        expect(plannedWaves(waves, count)).toEqual(opened);
      },
    ),
    { numRuns: 200 },
  );
});
