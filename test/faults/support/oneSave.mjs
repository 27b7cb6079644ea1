// Saves a count by one of two protocols, and prints a line when it is acknowledged: `oneSave.mjs <directory> <count> <protocol>`.
// `hotpipe` is the store's; `no directory flush` is what many libraries do, and the control that must lose a state.
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileStateStore } from 'hotpipe/state';

const [dir = '', count = '', protocol = ''] = process.argv.slice(2);
if (protocol === 'hotpipe') {
  const store = fileStateStore(dir);
  const state = { count: Number(count), pad: 'x'.repeat(2_000) };
  const saved = await store.save({ plugin: 'counter', schema: 1, codeHash: 'c0de', state })();
  if (saved._tag === 'Left') throw new Error(saved.left.message);
} else {
  const temporary = join(dir, 'value.tmp');
  const file = openSync(temporary, 'w');
  writeSync(file, count.padEnd(2_000));
  fsyncSync(file);
  closeSync(file);
  renameSync(temporary, join(dir, 'value'));
}
writeSync(1, `${JSON.stringify({ saved: Number(count) })}\n`);
process.stdin.resume();
