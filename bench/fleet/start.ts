/**
 * The start of a host of a fleet whose engine does not answer, beside that of a host without a fleet, with the same plugin and state store:
 * from the start of the process to the first answer of the plugin. In turns, each in a process of its own.
 *
 *   npm run build && node --import tsx bench/fleet/start.ts [rounds]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryFleet } from '../../src/fleet/control/memoryFleet.js';
import {
  counter,
  edit,
  FleetHost,
  keys,
  promoted,
  publish,
  roll,
} from '../../test/node/fleet/FleetHost.js';
import { median } from '../medians.ts';

const ROUNDS = Number(process.argv[2] ?? 11);
const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-fleet-start-')));

// A version that was promoted, on the disk of the host.
const fleet = memoryFleet();
const first = new FleetHost(fleet, 'host-1', dir);
const version = await publish(fleet, '1.0.0', counter('one'));
await roll(fleet, version);
await edit(fleet, promoted(version));
await first.serves('one');
await first.told_('Proven');
await first.close();

const child = fileURLToPath(new URL('startHost.mjs', import.meta.url));
/** Milliseconds from the start of the process to the first answer. */
const start = (mode: 'agent' | 'plain'): number =>
  Number(
    execFileSync(process.execPath, [child, mode, dir, keys.publicKey], { encoding: 'utf8' }).trim(),
  );
const pairs = Array.from({ length: ROUNDS }, (_, round) => {
  if (round % 2 === 0) return { agent: start('agent'), plain: start('plain') };
  const plain = start('plain');
  return { agent: start('agent'), plain };
});
rmSync(dir, { recursive: true, force: true });

const of = (value: (pair: (typeof pairs)[number]) => number) => median(pairs.map(value)).toFixed(0);
console.log(`Node ${process.version}, ${ROUNDS} pairs, medians`);
console.log(`without a fleet ${of(({ plain }) => plain)} ms`);
console.log(`in a fleet without its engine ${of(({ agent }) => agent)} ms`);
console.log(`difference ${of(({ agent, plain }) => agent - plain)} ms (aim: at most 100)`);
process.exit(0);
