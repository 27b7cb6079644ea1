import { type MonoTypeOperatorFunction, type Observable, type OperatorFunction, of } from 'rxjs';
import { expectTypeOf, it } from 'vitest';
import { type FoldedEvents, foldEvents } from '../../src/model/events/foldEvents.js';
import type { WatchEvent } from '../../src/model/events/WatchEvent.js';
import {
  type DebounceAdaptiveConfig,
  debounceAdaptive,
} from '../../src/operators/debounceAdaptive.js';

it('keeps the type of the values', () => {
  expectTypeOf(of('a').pipe(debounceAdaptive(10))).toEqualTypeOf<Observable<string>>();
  expectTypeOf(of('a').pipe(debounceAdaptive({ minMs: 10, maxMs: 50 }))).toEqualTypeOf<
    Observable<string>
  >();
  expectTypeOf(debounceAdaptive<number>(10)).toEqualTypeOf<MonoTypeOperatorFunction<number>>();
});

it('emits what reduce returns', () => {
  expectTypeOf(
    of('a').pipe(
      debounceAdaptive({ minMs: 10, reduce: (all: readonly string[] = [], v) => [...all, v] }),
    ),
  ).toEqualTypeOf<Observable<readonly string[]>>();
  expectTypeOf(debounceAdaptive({ minMs: 25, maxMs: 500, reduce: foldEvents })).toEqualTypeOf<
    OperatorFunction<WatchEvent, FoldedEvents>
  >();
});

it('gives window what is held', () => {
  of(1).pipe(
    debounceAdaptive({
      minMs: 10,
      maxMs: 50,
      window: (pending) => {
        expectTypeOf(pending.value).toEqualTypeOf<number>();
        expectTypeOf(pending.count).toEqualTypeOf<number>();
        return pending.pressure;
      },
    }),
  );
});

it('takes a config that was built elsewhere', () => {
  const config: DebounceAdaptiveConfig<number> = { minMs: 10 };
  expectTypeOf(of(1).pipe(debounceAdaptive(config))).toEqualTypeOf<Observable<number>>();
  const reducing: Omit<DebounceAdaptiveConfig<WatchEvent, FoldedEvents>, 'scheduler'> = {
    minMs: 1,
  };
  expectTypeOf(debounceAdaptive({ ...reducing, reduce: foldEvents })).toEqualTypeOf<
    OperatorFunction<WatchEvent, FoldedEvents>
  >();
});

it('rejects options that cannot work', () => {
  // @ts-expect-error [ts2345] -- without maxMs the result of window is always minMs.
  of(1).pipe(debounceAdaptive({ minMs: 10, window: () => 20 }));
  // @ts-expect-error [ts2769] -- minMs must be given.
  of(1).pipe(debounceAdaptive({ maxMs: 10 }));
  // @ts-expect-error [ts2769] -- reduce takes what it returned.
  of(1).pipe(debounceAdaptive({ minMs: 10, reduce: (all: string | undefined) => 1 }));
  // @ts-expect-error [ts2769] -- busy$ emits booleans.
  of(1).pipe(debounceAdaptive({ minMs: 10, busy$: of('a') }));
});
