// A host that saves counts one after the other: `saveLoop.mjs <directory> <first> <last>`. Prints `ready`, starts at the first
// line of its input, and prints how each save ended.
import { readFileSync, writeSync } from 'node:fs';
import { thisProcess } from '../../../dist/state/adapters/thisProcess.js';
// File by file, as the token below: the package's own chunks have a token of their own.
import { fileStateStore } from '../../../dist/state/fileStateStore.js';

const [dir = '', first = '1', last = '1'] = process.argv.slice(2);
const store = fileStateStore(dir);
const say = (line) => writeSync(1, `${JSON.stringify(line)}\n`);

// Loads once now, so that only the store's files are opened later.
readFileSync('/proc/self/stat');
process.stdin.once('data', async () => {
  for (let count = Number(first); count <= Number(last); count++) {
    const record = { plugin: 'counter', schema: 1, codeHash: 'c0de', state: { count } };
    const saved = await store.save(record)();
    say(saved._tag === 'Right' ? { saved: count } : { failed: count, message: saved.left.message });
  }
  await store.close();
  process.exit(0);
});
say({ ready: true, token: thisProcess.token });
