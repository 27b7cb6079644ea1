import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { AgentHome } from '../../../src/fleet/agent/AgentHome.js';
import { agentRecords } from '../../../src/fleet/agent/agentRecord.js';
import { fetchVersion } from '../../../src/fleet/agent/fetchVersion.js';
import { recoverLinks } from '../../../src/fleet/agent/recoverLinks.js';
import { memoryFleet } from '../../../src/fleet/control/memoryFleet.js';
import type { Candidate } from '../../../src/fleet/protocol/Desired.js';
import { counter, keys, publish, temporary } from './FleetHost.js';

/** How many operations of the disk are left until the process is killed. From then on none is done, as nothing is by a killed process. */
const process_ = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY, done: 0 }));
vi.mock(import('node:fs'), async (original) => {
  const real = await original();
  const counted = ['openSync', 'writeFileSync', 'fsyncSync', 'mkdirSync', 'renameSync'] as const;
  const all = [...counted, 'symlinkSync', 'rmSync'] as const;
  const wrapped = all.map((name) => [
    name,
    (...of: unknown[]) => {
      if (process_.left <= 0) throw new Error('killed');
      process_.left -= 1;
      process_.done += 1;
      return Reflect.apply(real[name], real, of);
    },
  ]);
  return { ...real, ...Object.fromEntries(wrapped) };
});

const { proves, refuses, tries } = agentRecords;
const error = { _tag: 'EvaluationFailed', plugin: 'counter', message: 'it throws' };

async function published() {
  const fleet = memoryFleet();
  const [v1, v2] = [
    await publish(fleet, '1.0.0', counter('one')),
    await publish(fleet, '2.0.0', { ...counter('two'), 'more/data.json': '{}' }),
  ];
  const fetch = (home: AgentHome, candidate: Candidate) =>
    fetchVersion('counter', candidate, {
      ...{ home, bundles: fleet, trustedKeys: [keys.publicKey] },
      answered: () => undefined,
    });
  return { v1, v2, fetch };
}

/** A host on which the first version has proven itself. */
async function hostOf({ v1, fetch }: Awaited<ReturnType<typeof published>>): Promise<string> {
  const dir = temporary();
  const home = new AgentHome(dir);
  await fetch(home, v1);
  home.update('counter', (of) => tries(of, 'r1', v1.digest, null));
  home.link('counter', v1.digest);
  home.update('counter', (of) => proves(of, v1.digest, 1));
  return dir;
}

/** The steps of an agent with its disk, from a start to the end of a rollout. */
const ends = {
  proven: (home: AgentHome, v2: Candidate) => {
    home.update('counter', (of) => proves(of, v2.digest, 2));
    home.prune('counter');
  },
  refused: (home: AgentHome, v2: Candidate) => {
    home.link('counter', home.backFrom('counter', v2.digest));
    home.update('counter', (of) => refuses(of, { rollout: 'r2', digest: v2.digest, error }));
  },
  crashed: () => undefined,
} as const;

/** Every third step in each of the three, so that together they meet all; HOTPIPE_FAULTS=long: every step in each. */
const STEP = process.env['HOTPIPE_FAULTS'] === 'long' ? 1 : 3;

it.each([
  ['proven', 0],
  ['refused', 1],
  ['crashed', 2],
] as const)(
  'an agent that is killed at any step of a rollout that ends %s starts with a version that is good and complete',
  async (end, first) => {
    const world = await published();
    const { v1, v2, fetch } = world;
    let isWhole = false;
    for (let killedAt = first % STEP; !isWhole; killedAt += STEP) {
      const dir = await hostOf(world);
      process_.left = killedAt;
      try {
        const home = new AgentHome(dir);
        recoverLinks(home);
        if ((await fetch(home, v2))._tag === 'Right') {
          home.update('counter', (of) => tries(of, 'r2', v2.digest, v1.digest));
          home.link('counter', v2.digest);
          ends[end](home, v2);
        }
      } catch (killed) {
        expect(String(killed)).toContain('killed');
      }
      isWhole = process_.left > 0;
      process_.left = Number.POSITIVE_INFINITY;
      const next = new AgentHome(dir);
      recoverLinks(next);
      const linked = next.linked('counter');
      const { good, refused } = next.of('counter');
      const where = { killedAt, linked, good, refused };
      expect(where).toMatchObject({ linked: good });
      expect([v1.digest, v2.digest], JSON.stringify(where)).toContain(linked);
      // Complete: every file of the bundle is there.
      const folder = next.folderOf('counter', linked ?? '');
      expect(existsSync(join(folder, 'plugin.toml')), JSON.stringify(where)).toBe(true);
      if (linked === v2.digest) expect(existsSync(join(folder, 'more/data.json'))).toBe(true);
      if (linked === v2.digest) expect({ end }).toEqual({ end: 'proven' });
      // Nothing half done is left behind.
      expect(readdirSync(dir).filter((name) => name.startsWith('.tmp-'))).toEqual([]);
      if (isWhole) expect(killedAt).toBeGreaterThan(20);
    }
  },
);
