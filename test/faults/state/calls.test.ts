import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inDirectory, isLong, loadedCount, saveCounts } from '../support/saved.js';
import { inject, whyNoStrace } from '../support/strace.js';
import { TalkingChild } from '../support/TalkingChild.js';

const noStrace = whyNoStrace();
if (noStrace !== undefined) console.log(`skipped: faults between system calls (${noStrace})`);

/** Saves the counts 3 to 6 with a fault. 1 and 2 were acknowledged before. */
async function runWith(dir: string, fault: string) {
  await saveCounts(dir, [1, 2]);
  const host = new TalkingChild(join(import.meta.dirname, '../support/saveLoop.mjs'), [
    dir,
    '3',
    '6',
  ]);
  try {
    const { token } = await host.hears({ ready: true });
    // Only writes to records may fail: libuv wakes its loop by writes too, and ends the process when they fail.
    const isWrite = fault.startsWith('write:');
    const paths = [3, 4, 5, 6].map((seq) =>
      join(dir, `counter.${seq}.${host.pid}-${String(token)}.tmp`),
    );
    const strace = await inject(host.pid, fault, isWrite ? paths : []);
    host.send('go');
    const ended = await host.ended;
    strace.stop();
    const counts = (what: string) => host.said.flatMap((line) => line[what] ?? []);
    return { ended, saved: counts('saved'), failed: counts('failed'), said: host.said };
  } finally {
    await host.kill();
  }
}

const CALLS = ['openat', 'getdents64', 'write', 'fsync', 'close', 'link', 'unlink', 'statx'];
const each = (counts: readonly number[]) =>
  CALLS.flatMap((call) => counts.map((n) => ({ call, n })));
/** Four saves make 4 writes, 8 flushes, and at most 16 of any call. */
const kills = isLong
  ? each(Array.from({ length: 16 }, (_, n) => n + 1))
  : [...each([1]), { call: 'fsync', n: 2 }, { call: 'fsync', n: 3 }, { call: 'close', n: 2 }];
const errors = (
  isLong
    ? each([1, 2, 3, 4]).filter(({ call }) => call !== 'close')
    : [
        { call: 'openat', n: 1 },
        { call: 'write', n: 1 },
        { call: 'fsync', n: 1 },
        { call: 'fsync', n: 2 },
        { call: 'link', n: 1 },
      ]
).flatMap((at) => (isLong ? ['EIO', 'ENOSPC', 'EROFS'] : ['EIO']).map((code) => ({ ...at, code })));

describe.skipIf(noStrace !== undefined)('a host that saves', () => {
  let killed = 0;
  it.each(kills)(
    'killed as it enters $call number $n: loads the newest acknowledged state, or the one under way',
    ({ call, n }) =>
      inDirectory(async (dir) => {
        const { ended, saved } = await runWith(dir, `${call}:signal=KILL:when=${n}`);
        if (ended === 'SIGKILL') killed++;
        // The host was not killed, because it makes the call less often.
        else expect({ ended, saved }).toEqual({ ended: 0, saved: [3, 4, 5, 6] });
        const acknowledged = Math.max(2, ...saved.map(Number));

        expect([acknowledged, acknowledged + 1]).toContain(await loadedCount(dir));
      }),
  );
  it('was killed in most of these runs', () => {
    console.log(`${killed} of ${kills.length} runs ended by kill -9 as a system call was entered`);
    expect(killed).toBeGreaterThan(kills.length / 2);
  });

  let refused = 0;
  it.each(errors)(
    '$code from $call number $n: reports it, keeps the newest acknowledged state, and saves the next',
    ({ call, n, code }) =>
      inDirectory(async (dir) => {
        const { ended, saved, failed, said } = await runWith(
          dir,
          `${call}:error=${code}:when=${n}`,
        );
        expect({ ended, count: saved.length + failed.length }).toEqual({ ended: 0, count: 4 });
        refused += failed.length;
        // A save must succeed when only a listing or a removal failed, and must be refused when the record was not written whole.
        expect(failed.length).toBeLessThanOrEqual(1);
        if (['write', 'fsync', 'rename'].includes(call)) {
          expect(failed).toHaveLength(1);
          expect(said).toContainEqual({
            failed: failed[0],
            message: expect.stringContaining(`was not saved to ${dir}: `),
          });
          expect(JSON.stringify(said)).toContain(`(${code})`);
        }
        expect(saved).toContain(6 === failed[0] ? 5 : 6);

        expect(await loadedCount(dir)).toBe(Math.max(...saved.map(Number)));
      }),
  );
  it('refused a save in most of these runs', () => {
    console.log(`${refused} of ${errors.length} runs with an error refused one save`);
    expect(refused).toBeGreaterThan(errors.length / 2);
  });
});
