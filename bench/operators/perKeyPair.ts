/**
 * Compares perKey and debounceAdaptive with groupBy and debounceTime, over 10,000 keys, in a process of its own.
 * `npx tsx bench/operators/perKeyPair.ts <values per key>`: from the first value to completion, interleaved A B A B.
 * `NODE_OPTIONS=--expose-gc npx tsx bench/operators/perKeyPair.ts memory`: the heap before and after keys have been idle.
 * Prints one line of JSON. It measures CPU time, since wall time on a shared machine includes the work of others.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { debounceTime, groupBy, mergeMap, type Observable, Subject } from 'rxjs';
import { debounceAdaptive, perKey } from '../../src/operators/index.ts';
import { median } from '../medians.ts';

const [what = '5'] = process.argv.slice(2);
const keyCount = Number(process.env['KEYS'] ?? 10_000);
const roundCount = Number(process.env['ROUNDS'] ?? 15);
const quietMs = 20;
const idleMs = 200;

const keyOf = (value: number): number => value % keyCount;
const ours =
  (key: (value: number) => number, options = {}): Build =>
  (values$) =>
    values$.pipe(perKey(key, (one$) => one$.pipe(debounceAdaptive(quietMs)), options));
const theirs =
  (key: (value: number) => number): Build =>
  (values$) =>
    values$.pipe(
      groupBy(key),
      mergeMap((one$) => one$.pipe(debounceTime(quietMs))),
    );

type Build = (values$: Observable<number>) => Observable<number>;

/** Nanoseconds per value, from the first value to completion. */
const time = (build: Build, valueCount: number): number => {
  const source = new Subject<number>();
  let emitted = 0;
  build(source).subscribe(() => emitted++);
  const from = process.cpuUsage();
  for (let i = 0; i < valueCount; i++) source.next(i);
  source.complete();
  const { user, system } = process.cpuUsage(from);
  if (emitted < keyCount) throw new Error(`${emitted} of ${keyCount} keys emitted`);
  return ((user + system) * 1000) / valueCount;
};

const round = (n: number): number => Math.round(n * 100) / 100;

const heapMB = (): number => {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('memory: run with NODE_OPTIONS=--expose-gc');
  gc();
  return round(process.memoryUsage().heapUsed / 2 ** 20);
};

/** The heap after each of three generations of 10,000 new keys: at once, and when all have been idle. */
const memory = async (build: (keyOf: (n: number) => number) => Build): Promise<object> => {
  const source = new Subject<number>();
  const reader = build((key) => key)(source).subscribe();
  const startMB = heapMB();
  const generations: { busyMB: number; idleMB: number }[] = [];
  for (let generation = 0; generation < 3; generation++) {
    for (let i = 0; i < keyCount; i++) source.next(generation * keyCount + i);
    const busyMB = heapMB();
    await sleep(quietMs + 4 * idleMs);
    generations.push({ busyMB, idleMB: heapMB() });
  }
  reader.unsubscribe();
  return { startMB, generations };
};

if (what === 'memory') {
  const freeing = await memory((key) => ours(key, { idleMs }));
  console.log(JSON.stringify({ keyCount, ours: freeing, theirs: await memory(theirs) }));
} else {
  const valueCount = Number(what) * keyCount;
  const oursNs: number[] = [];
  const theirsNs: number[] = [];
  for (let i = -4; i < roundCount; i++) {
    const [a, b] = [time(ours(keyOf), valueCount), time(theirs(keyOf), valueCount)];
    if (i < 0) continue; // warming up
    oursNs.push(a);
    theirsNs.push(b);
  }
  console.log(
    JSON.stringify({
      keyCount,
      valuesPerKey: Number(what),
      oursNs: Math.round(median(oursNs)),
      theirsNs: Math.round(median(theirsNs)),
      ratio: round(median(theirsNs) / median(oursNs)),
    }),
  );
}
