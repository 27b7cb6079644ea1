import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Filesystem, LoopDisk, whyNoCut } from '../support/mounts.js';
import { isLong, loadedCount } from '../support/saved.js';
import { TalkingChild } from '../support/TalkingChild.js';

type Protocol = 'hotpipe' | 'no directory flush';
const cuts = isLong ? 25 : 1;

/** Saves a first value that is on the disk for certain and a second one that is acknowledged, cuts the power, and loads. */
async function afterCut(kind: Filesystem, protocol: Protocol): Promise<unknown> {
  const root = mkdtempSync(join(tmpdir(), 'hotpipe-power-'));
  const disk = new LoopDisk(join(root, 'image'), join(root, 'mount'), kind);
  const children: TalkingChild[] = [];
  const saveBy = async (count: number) => {
    const script = join(import.meta.dirname, '../support/oneSave.mjs');
    const child = new TalkingChild(script, [join(root, 'mount'), String(count), protocol]);
    children.push(child);
    await child.hears({ saved: count });
  };
  disk.make();
  try {
    await saveBy(1);
    await children[0]?.kill();
    execFileSync('sync', ['-f', join(root, 'mount')]);
    await saveBy(2);
    // Its files are closed by then. It must not block the unmount.
    await children[1]?.kill();
    disk.cutPower();
    disk.mount();
    return protocol === 'hotpipe'
      ? await loadedCount(join(root, 'mount'))
      : Number(readFileSync(join(root, 'mount', 'value'), 'utf8'));
  } finally {
    await Promise.all(children.map((child) => child.kill()));
    disk.unmount();
    rmSync(root, { recursive: true, force: true });
  }
}

const kinds: readonly Filesystem[] = ['ext4', 'xfs'];
describe.each(kinds)('a loss of power on %s', (kind) => {
  const noCut = isLong || kind === 'ext4' ? whyNoCut(kind) : 'only in whole sweeps';
  if (noCut !== undefined) console.log(`skipped: loss of power on ${kind} (${noCut})`);

  it.skipIf(noCut !== undefined)(
    'right after the answer: the acknowledged state is there',
    async () => {
      for (let cut = 0; cut < cuts; cut++) expect(await afterCut(kind, 'hotpipe')).toBe(2);
      console.log(`${cuts} cuts on ${kind}: ${cuts} acknowledged states kept`);
    },
  );

  it.skipIf(noCut !== undefined)(
    'loses a rename that was not flushed, which proves that the cut is real',
    async () => {
      let lost = 0;
      for (let cut = 0; cut < cuts; cut++) {
        if ((await afterCut(kind, 'no directory flush')) === 1) lost++;
      }
      console.log(`${cuts} cuts on ${kind}, control without a directory flush: ${lost} lost`);
      expect(lost).toBe(cuts);
    },
  );
});
