import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { AgentHome } from '../../../src/fleet/agent/AgentHome.js';
import { agentRecords } from '../../../src/fleet/agent/agentRecord.js';
import { fetchVersion } from '../../../src/fleet/agent/fetchVersion.js';
import { recoverLinks } from '../../../src/fleet/agent/recoverLinks.js';
import { memoryFleet } from '../../../src/fleet/control/memoryFleet.js';
import type { Candidate } from '../../../src/fleet/protocol/Desired.js';
import { counter, keys, publish, temporary } from './FleetHost.js';

const { proves, tries } = agentRecords;

/** Two published versions, and a host's directory that has them both. */
async function world() {
  const fleet = memoryFleet();
  const [v1, v2] = [
    await publish(fleet, '1.0.0', counter('one')),
    await publish(fleet, '2.0.0', counter('two')),
  ];
  const home = new AgentHome(temporary());
  const fetch = (candidate: Candidate) =>
    fetchVersion('counter', candidate, {
      ...{ home, bundles: fleet, trustedKeys: [keys.publicKey] },
      answered: () => undefined,
    });
  for (const version of [v1, v2]) await fetch(version);
  return { v1, v2, home, fetch };
}

describe('an older serial', () => {
  it('is taken where it served and can be gone back to, and refused where it never did', async () => {
    const { v1, v2, home, fetch } = await world();
    home.link('counter', v1.digest);
    home.update('counter', (of) => tries(of, 'r2', v2.digest, v1.digest));
    home.update('counter', (of) => proves(of, v2.digest, 2));
    expect(E.isRight(await fetch(v1))).toBe(true);

    const joined = await world();
    joined.home.update('counter', (of) => proves(of, joined.v2.digest, 2));
    expect(E.isLeft(await joined.fetch(joined.v1))).toBe(true);
  });
});

it('a way back to what served first is no trial', async () => {
  const { v1, v2, home } = await world();
  home.update('counter', (of) => tries(of, 'r2', v2.digest, v1.digest));
  home.update('counter', (of) => tries(of, 'r2', v1.digest, v2.digest));
  expect(home.of('counter')).toMatchObject({ good: v1.digest, trying: null });
});

describe('a start after a crash on trial', () => {
  it('links the only version that there is again, and refuses it the third time', async () => {
    const { v1, home } = await world();
    home.link('counter', v1.digest);
    home.update('counter', (of) => tries(of, 'r1', v1.digest, null));
    const linked = [1, 2, 3].map(() => {
      const next = new AgentHome(home.root);
      recoverLinks(next);
      return next.linked('counter');
    });
    expect(linked).toEqual([v1.digest, v1.digest, undefined]);
    const { refused } = new AgentHome(home.root).of('counter');
    expect(refused).toMatchObject([{ rollout: 'r1', digest: v1.digest }]);
  });

  it('goes back to what is on the disk, and to nothing that is not', async () => {
    const { v1, v2, home } = await world();
    home.update('counter', (of) => ({ ...of, good: 'sha256-gone', previous: v1.digest }));
    expect(home.backFrom('counter', v2.digest)).toBe(v1.digest);
    expect(home.backFrom('counter', v1.digest)).toBe(null);
    expect(home.backFrom('counter', v1.digest, v2.digest)).toBe(v2.digest);
  });
});
