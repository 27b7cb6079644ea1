/**
 * One comparison in a process of its own: `npx tsx bench/operators/debouncePair.ts <peer> <form> <source>`.
 * Peers: debounceTime, bufferWhen, buffer, clock. Forms: fixed, adaptive, fixed-latest, adaptive-latest.
 * Sources: subject (each value costs a `Subject.next`), loop (the cheapest source possible).
 * Prints one line of JSON. The rounds are interleaved, A B A B; the ratio is that of the medians.
 */
import {
  asyncScheduler,
  buffer,
  bufferWhen,
  debounceTime,
  map,
  Observable,
  Subject,
  share,
} from 'rxjs';
import { debounceAdaptive } from '../../src/operators/index.ts';
import { median } from '../medians.ts';

const [peer = 'debounceTime', form = 'fixed', source = 'subject'] = process.argv.slice(2);
const roundCount = Number(process.env['ROUNDS'] ?? 400);
const valueCount = Number(process.env['VALUES'] ?? 20_000);
const quietMs = 20;

const reduce = (sum: number | undefined, value: number): number => (sum ?? 0) + value;
const sumOf = (values: readonly number[]): number => values.reduce(reduce, 0);

const forms: Record<string, (values$: Observable<number>) => Observable<number>> = {
  fixed: (values$) => values$.pipe(debounceAdaptive({ minMs: quietMs, reduce })),
  adaptive: (values$) => values$.pipe(debounceAdaptive({ minMs: quietMs, maxMs: 500, reduce })),
  'fixed-latest': (values$) => values$.pipe(debounceAdaptive(quietMs)),
  'adaptive-latest': (values$) => values$.pipe(debounceAdaptive({ minMs: quietMs, maxMs: 500 })),
};

const peers: Record<string, (values$: Observable<number>) => Observable<number>> = {
  // An observer that does nothing: the cost of the source and of reading the clock alone.
  clock: (values$) =>
    new Observable((subscriber) => {
      let newest = 0;
      let atMs = 0;
      values$.subscribe({
        next: (value) => {
          newest = value;
          atMs = asyncScheduler.now();
        },
        complete: () => subscriber.next(newest + atMs),
      });
    }),
  // It keeps the newest and folds nothing, so it does less.
  debounceTime: (values$) => values$.pipe(debounceTime(quietMs)),
  bufferWhen: (values$) => {
    const shared$ = values$.pipe(share());
    const quiet$ = shared$.pipe(debounceTime(quietMs));
    return shared$.pipe(
      bufferWhen(() => quiet$),
      map(sumOf),
    );
  },
  buffer: (values$) => {
    const shared$ = values$.pipe(share());
    return shared$.pipe(buffer(shared$.pipe(debounceTime(quietMs))), map(sumOf));
  },
};

/** Sends one burst of values through a new subscription. Returns nanoseconds per value. */
const time = (build: (values$: Observable<number>) => Observable<number>): number => {
  const subject = new Subject<number>();
  const loop$ = new Observable<number>((subscriber) => {
    for (let i = 0; i < valueCount; i++) subscriber.next(i);
    subscriber.complete();
  });
  let emitted = 0;
  let last = 0;
  const result$ = build(source === 'subject' ? subject : loop$);
  const from = performance.now();
  result$.subscribe((value) => {
    emitted++;
    if (value !== 0) last = value;
  });
  if (source === 'subject') {
    for (let i = 0; i < valueCount; i++) subject.next(i);
    subject.complete();
  }
  const ns = ((performance.now() - from) * 1e6) / valueCount;
  // bufferWhen also emits the empty buffer that completion finds.
  if (emitted < 1 || emitted > 2 || last === 0) throw new Error(`emitted ${emitted} times`);
  return ns;
};

const ours = forms[form];
const theirs = peers[peer];
if (ours === undefined || theirs === undefined) throw new Error(`no such pair: ${peer} ${form}`);

const oursNs: number[] = [];
const theirsNs: number[] = [];
for (let round = -40; round < roundCount; round++) {
  const [a, b] = [time(ours), time(theirs)];
  if (round < 0) continue; // warming up
  oursNs.push(a);
  theirsNs.push(b);
}

const allocatedBytes = (): number => {
  const source = new Subject<number>();
  ours(source).subscribe();
  for (let i = 0; i < 1000; i++) source.next(i);
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 10_000; i++) source.next(i);
  const bytes = (process.memoryUsage().heapUsed - before) / 10_000;
  source.complete();
  return bytes;
};

console.log(
  JSON.stringify({
    peer,
    form,
    source,
    oursNs: +median(oursNs).toFixed(1),
    theirsNs: +median(theirsNs).toFixed(1),
    ratio: +(median(theirsNs) / median(oursNs)).toFixed(2),
    allocatedBytesPerValue: +median(Array.from({ length: 21 }, allocatedBytes)).toFixed(1),
  }),
);
