// Writes storms to its share of the plugins: `loadWriter.mjs <directory> <first> <count> <seconds> <writes a second>`. One
// content in ten is broken. At its end it writes each plugin once more, and says what it wrote: value, or null for broken.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [dir, first, count, seconds, rate] = process.argv
  .slice(2)
  .map((arg, i) => (i ? Number(arg) : arg));
let seed = first + 1;
const random = (below) => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
};
let writes = 0;
const write = (plugin, value) => {
  writes++;
  const isBroken = random(10) === 0;
  const file = join(dir, `p${plugin}`, 'index.js');
  const text = isBroken
    ? `export const answer = () => = ${value};`
    : `export const answer = () => ${value};`;
  // As programs save: in place, or by a temporary file that is renamed over.
  if (random(4) > 0) writeFileSync(file, text);
  else {
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
  }
  return isBroken ? null : value;
};

const startMs = Date.now();
let value = 1;
while (Date.now() - startMs < seconds * 1_000) {
  // A storm on one plugin, or one save of each of many.
  const size = 5 + random(60);
  const plugin = first + random(count);
  const isStorm = random(2) === 0;
  for (let i = 0; i < size; i++) write(isStorm ? plugin : first + random(count), value++);
  const aheadMs = (writes / rate) * 1_000 - (Date.now() - startMs);
  if (aheadMs > 1) await new Promise((resolve) => setTimeout(resolve, aheadMs));
}
const last = Array.from({ length: count }, (_, i) => write(first + i, value++));
console.log(JSON.stringify({ first, last, writes }));
