/**
 * Compares a successful attempt through a closed breaker and a retry with the peers' wrap of the same function:
 *
 *   npm run bench:install && npx tsx bench/operators/breaker.ts
 *
 * Each comparison runs in a process of its own, since RxJS call sites slow each other down. Within it, the rounds of the two are
 * interleaved, and the medians are compared. `ratio` is their time divided by ours: 2 means that ours is twice as fast. Other
 * work on the machine changes the times by half, and the ratios by a tenth.
 */
import { execFileSync } from 'node:child_process';

const comparisons = [
  // The requirement: at least 1.5.
  ['cockatiel', 'sync', 'subscribed'],
  ['opossum', 'sync', 'subscribed'],
  // The requirement: at least 1.0.
  ['maps', 'sync', 'awaited'],
  ['maps', 'async', 'awaited'],
  // No requirement: these show what it costs to turn a promise into an Observable.
  ['cockatiel', 'async', 'subscribed'],
  ['opossum', 'async', 'subscribed'],
  ['bare', 'async', 'subscribed'],
  ['maps', 'async', 'subscribed'],
  ['cockatiel', 'sync', 'awaited'],
  ['cockatiel', 'async', 'awaited'],
] as const;

console.log(
  '| beside | function | reading | ours, wall ns | theirs | ratio | ours, CPU ns | theirs | ratio |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const comparison of comparisons) {
  const script = new URL('breakerPair.ts', import.meta.url).pathname;
  const args = ['--import', 'tsx', script, ...comparison];
  const { wall, cpu } = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  const cells = [wall, cpu].map((m) => `${m.ours} | ${m.theirs} | ${m.ratio.toFixed(2)}`);
  console.log(`| ${comparison.join(' | ')} | ${cells.join(' | ')} |`);
}
