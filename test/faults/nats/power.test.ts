import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { natsFleet } from '../../../src/nats/natsFleet.js';
import { connectTo, NatsServer, serverProgram, serverVersion } from '../../node/nats/NatsServer.js';
import { report, rollout } from '../../unit/fleet/fleetWorld.js';
import { LoopDisk, whyNoCut } from '../support/mounts.js';
import { isLong } from '../support/saved.js';

const cuts = isLong ? 25 : 1;
const bundle = Uint8Array.from({ length: 400_000 }, (_, index) => index % 251);

/** What of a fleet was acknowledged right before the cut, and is there after it. */
interface Kept {
  readonly op: string | undefined;
  readonly hasBundle: boolean;
  readonly revision: number;
}

/** Stores what is on the disk for certain, then more that is only acknowledged, cuts the power of the server's disk, and looks again. */
async function afterCut(jetstream: string): Promise<Kept> {
  const root = mkdtempSync(join(tmpdir(), 'hotpipe-nats-power-'));
  const disk = new LoopDisk(join(root, 'image'), join(root, 'mount'), 'ext4');
  disk.make();
  const server = new NatsServer('', { jetstream, store: join(disk.dir, 'store') });
  const open = async () => {
    await server.start();
    const connection = await connectTo(server.url);
    // A flush of a busy disk takes its time.
    const fleet = await natsFleet(connection, { namespace: 'power', timeoutMs: 5_000 });
    const close = async (): Promise<void> => {
      await fleet.close();
      await connection.close();
    };
    return { fleet, close };
  };
  try {
    const before = await open();
    const first = await before.fleet.write('p', rollout({ op: 'first' }), 0)();
    if (first._tag === 'Left') throw new Error(first.left.message);
    execFileSync('sync', ['-f', disk.dir]);
    const put = await before.fleet.put('sha256-x', bundle)();
    const told = await before.fleet.report(report('host-1', 'proven'))();
    const { revision } = first.right;
    const last = await before.fleet.write('p', rollout({ op: 'last', wave: 1 }), revision)();
    expect([put._tag, told._tag, last._tag]).toEqual(['Right', 'Right', 'Right']);
    // What the server has not flushed stays in memory, which the cut drops. It must not block the unmount.
    await server.kill();
    await before.close();
    disk.cutPower();
    disk.mount();

    const { fleet, close } = await open();
    const read = await fleet.read('p')();
    const got = await fleet.get('sha256-x')();
    await close();
    const document =
      read._tag === 'Right' && read.right._tag === 'Some' ? read.right.value : undefined;
    return {
      op: document?.value.op,
      hasBundle: got._tag === 'Right' && Buffer.compare(got.right, bundle) === 0,
      revision: (document?.revision ?? 0) - revision,
    };
  } finally {
    await server.kill();
    disk.unmount();
    await server.remove();
    rmSync(root, { recursive: true, force: true });
  }
}

const [major = 0, minor = 0] = serverVersion;
const isOld = major < 2 || (major === 2 && minor < 10);
const noCut = serverProgram === undefined ? 'no nats-server' : whyNoCut('ext4');
if (noCut !== undefined) console.log(`skipped: loss of power of a server's disk (${noCut})`);
else if (isOld) {
  console.log(
    `skipped: nats-server ${serverVersion.join('.')} has no sync_interval: always, which came with 2.10 (HOTPIPE_NATS_SERVER names another one)`,
  );
}

describe.skipIf(noCut !== undefined)('a loss of power of the disk of a server', () => {
  it.skipIf(isOld)('loses nothing that was acknowledged, with sync_interval: always', async () => {
    for (let cut = 0; cut < cuts; cut += 1) {
      expect(await afterCut('sync_interval: always')).toEqual({
        ...{ op: 'last', hasBundle: true, revision: 1 },
      });
    }
    console.log(`${cuts} cuts with sync_interval: always: ${cuts} times all was kept`);
  });

  it('loses what was acknowledged without it, which proves that the cut is real', async () => {
    let lost = 0;
    for (let cut = 0; cut < cuts; cut += 1) {
      const { op, hasBundle } = await afterCut('');
      if (op !== 'last' && !hasBundle) lost += 1;
    }
    console.log(`${cuts} cuts without sync_interval: ${lost} times writes were lost`);
    expect(lost).toBe(cuts);
  });
});
