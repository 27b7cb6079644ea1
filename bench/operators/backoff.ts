/**
 * Compares `backoffRetry` with RxJS's `retry`, and measures what the two resilience operators allocate:
 *
 *   node --expose-gc --max-semi-space-size=512 --import tsx bench/operators/backoff.ts
 *
 * Interleaved, medians of 30 rounds. The young generation is so large that no garbage collection should run while memory is
 * measured; a round in which one does is discarded.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import {
  defer,
  type MonoTypeOperatorFunction,
  Observable,
  of,
  range,
  retry,
  throwError,
} from 'rxjs';
import { backoffRetry, circuitBreak, constant } from '../../src/operators/index.ts';
import { median } from '../medians.ts';

const rounds = 30;
const valueCount = 200_000;
const attemptCount = 4_000; // `retry` overflows the stack at 20,000 synchronous failures

const time = (run: () => void): number => {
  const from = performance.now();
  run();
  return performance.now() - from;
};

const compare = (name: string, unit: number, ours: () => void, theirs: () => void): void => {
  const [a, b]: [number[], number[]] = [[], []];
  for (let round = -5; round < rounds; round++) {
    const [oursMs, theirsMs] = [time(ours), time(theirs)];
    if (round < 0) continue;
    a.push(oursMs);
    b.push(theirsMs);
  }
  const ns = (ms: readonly number[]) => ((median(ms) * 1e6) / unit).toFixed(0);
  console.log(`| ${name} | ${ns(a)} | ${ns(b)} | ${(median(b) / median(a)).toFixed(2)} |`);
};

const values = (operator: MonoTypeOperatorFunction<number>) => {
  const piped = range(0, valueCount).pipe(operator);
  return () => void piped.subscribe();
};
const failures = (operator: MonoTypeOperatorFunction<number>) => {
  let n = 0;
  const piped = defer(() => (++n % attemptCount === 0 ? of(n) : throwError(() => 'broken'))).pipe(
    operator,
  );
  return () => void piped.subscribe();
};

console.log('| beside retry | ours ns | theirs ns | ratio |');
console.log('| --- | --- | --- | --- |');
compare('a value', valueCount, values(backoffRetry()), values(retry()));
compare(
  'a synchronous retry',
  attemptCount,
  failures(backoffRetry({ delay: constant(0) })),
  failures(retry()),
);

let collections = 0;
new PerformanceObserver((list) => (collections += list.getEntries().length)).observe({
  entryTypes: ['gc'],
});

const bytesEach = async (count: number, run: () => void): Promise<number> => {
  const seen: number[] = [];
  for (let round = -3; round < 15; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 5)); // the observer is notified of collections later
    const before = collections;
    const from = process.memoryUsage().heapUsed;
    run();
    const grown = process.memoryUsage().heapUsed - from;
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (round >= 0 && collections === before) seen.push(grown / count);
  }
  return median(seen);
};

const guarded = (source: Observable<number>) => source.pipe(circuitBreak({}), backoffRetry());
const one = new Observable<number>((subscriber) => {
  subscriber.next(1);
  subscriber.complete();
});
const observer = { next: () => {}, error: () => {}, complete: () => {} };
const many = range(0, 100_000);
const subscribeOften = (source: Observable<number>) => () => {
  for (let i = 0; i < 5_000; i++) source.subscribe(observer);
};
const perValue = await bytesEach(100_000, () => void guarded(many).subscribe(observer));
const perValueBare = await bytesEach(100_000, () => void many.subscribe(observer));
const perAttempt = await bytesEach(5_000, subscribeOften(guarded(one)));
const perAttemptBare = await bytesEach(5_000, subscribeOften(one));
console.log(
  `bytes a value: ${perValue.toFixed(1)}, without the operators ${perValueBare.toFixed(1)}`,
);
console.log(
  `bytes an attempt: ${perAttempt.toFixed(0)}, without the operators ${perAttemptBare.toFixed(0)}`,
);
