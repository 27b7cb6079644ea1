import {
  EMPTY,
  NEVER,
  Observable,
  type Observer,
  type OperatorFunction,
  of,
  config as rxjsConfig,
  Subject,
  take,
  VirtualTimeScheduler,
} from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backoffRetry } from '../../../src/operators/backoffRetry.js';
import { circuitBreak } from '../../../src/operators/circuitBreak.js';
import { circuitBreakMap } from '../../../src/operators/circuitBreakMap.js';
import { coalesceMap } from '../../../src/operators/coalesceMap.js';
import { createCircuitBreaker } from '../../../src/operators/createCircuitBreaker.js';
import { type DebounceView, debounceAdaptive } from '../../../src/operators/debounceAdaptive.js';
import { distinctContent } from '../../../src/operators/distinctContent.js';
import { perKey } from '../../../src/operators/perKey.js';
import { constant } from '../../../src/policies/backoff/constant.js';
import { consecutive } from '../../../src/policies/breaker/consecutive.js';

type Operator = OperatorFunction<string, string>;

const operators: readonly (readonly [string, Operator])[] = [
  ['debounceAdaptive', debounceAdaptive({ minMs: 5 })],
  ['backoffRetry', backoffRetry({ maxRetries: 1, delay: constant(5) })],
  [
    'backoffRetry with a clock',
    backoffRetry({ maxRetries: 1, delay: constant(5), maxElapsedMs: 9 }),
  ],
  ['circuitBreak', circuitBreak({})],
  ['circuitBreak that classifies', circuitBreak({ classify: () => 'success' })],
  ['circuitBreakMap', circuitBreakMap((value: string) => of(value), { breaker: {} })],
  ['coalesceMap', coalesceMap((value: string) => of(value))],
  ['distinctContent', distinctContent((value) => value)],
  [
    'perKey',
    perKey<string, string, string>(
      () => 'key',
      (values$) => values$,
    ),
  ],
];

/** A source that the test drives. RxJS guards an observer that is a `Subscriber`; any other must guard itself. */
const bareSource = () => {
  let reader: Observer<string> | undefined;
  const source = new Observable<string>((subscriber) => {
    reader ??= subscriber;
  });
  return { source, reader: () => reader! };
};

const listen = (source: Observable<string>) => {
  const heard: string[] = [];
  const subscription = source.subscribe({
    next: (value) => heard.push(value),
    error: (error: unknown) => heard.push(`# ${error}`),
    complete: () => heard.push('|'),
  });
  return { heard, subscription };
};

describe.each(operators)('%s', (name, operator) => {
  const unhandled: unknown[] = [];
  beforeEach(() => {
    rxjsConfig.onUnhandledError = (error) => unhandled.push(error);
  });
  afterEach(() => {
    rxjsConfig.onUnhandledError = null;
    expect(unhandled).toEqual([]);
  });

  it('ignores a source after it has completed', () => {
    const { source, reader } = bareSource();
    const { heard } = listen(source.pipe(operator));
    reader().next('a');
    reader().complete();
    reader().next('b');
    reader().error('late');
    reader().complete();
    expect(heard).toEqual(['a', '|']);
  });

  it('ignores a source after it has failed', () => {
    const { source, reader } = bareSource();
    const { heard, subscription } = listen(source.pipe(operator));
    reader().error('broken');
    reader().next('b');
    reader().error('late');
    reader().complete();
    expect(heard).toEqual(name.startsWith('backoffRetry') ? [] : ['# broken']);
    subscription.unsubscribe();
  });

  it('ignores a source after its reader has unsubscribed', async () => {
    const { source, reader } = bareSource();
    const { heard, subscription } = listen(source.pipe(operator));
    subscription.unsubscribe();
    reader().next('a');
    reader().error('late');
    reader().complete();
    // RxJS reports an unhandled error in a task of its own.
    await new Promise((done) => setTimeout(done));
    expect(heard).toEqual([]);
  });

  it('stops a synchronous source', () => {
    let emitted = 0;
    const eager = new Observable<string>((subscriber) => {
      while (!subscriber.closed && emitted < 100) subscriber.next(`${emitted++}`);
      subscriber.complete();
    });
    const { heard } = listen(eager.pipe(operator, take(2)));
    expect(heard.at(-1)).toBe('|');
    // A debounce emits nothing before the source completes.
    expect(emitted).toBe(name === 'debounceAdaptive' ? 100 : 2);
  });
});

describe('an attempt', () => {
  it('gets one verdict: what its source emits after it changes nothing', () => {
    const breaker = createCircuitBreaker({ trip: consecutive(2) });
    const { source, reader } = bareSource();
    listen(source.pipe(circuitBreak(breaker)));
    reader().error('broken');
    reader().error('broken');
    expect(breaker.state).toBe('closed');
  });

  it('is torn down once when it is retried, even if it fails during its subscription', () => {
    let tornDown = 0;
    const failing = new Observable<string>((subscriber) => {
      subscriber.add(undefined);
      subscriber.error('broken');
      return () => tornDown++;
    });
    const { heard } = listen(failing.pipe(backoffRetry({ maxRetries: 2, delay: constant(0) })));
    expect([heard, tornDown]).toEqual([['# broken'], 3]);
  });

  it('runs teardowns one after the other, and late ones at once', () => {
    const torn: string[] = [];
    const source = new Observable<string>((subscriber) => {
      subscriber.add(() => torn.push('first'));
      subscriber.add(() => torn.push('second'));
      subscriber.complete();
      torn.push('completed');
      subscriber.add(() => torn.push('late'));
    });
    listen(source.pipe(backoffRetry(), circuitBreak({})));
    expect(torn).toEqual(['first', 'second', 'completed', 'late']);
  });

  it('runs the other teardowns when one throws', () => {
    const torn: string[] = [];
    const source = new Observable<string>((subscriber) => {
      subscriber.add(() => {
        throw new Error('teardown');
      });
      subscriber.add(() => torn.push('second'));
    });
    const { subscription } = listen(source.pipe(backoffRetry(), circuitBreak({})));
    expect(() => subscription.unsubscribe()).toThrow(/teardown/);
    expect(torn).toEqual(['second']);
  });
});

describe('backoffRetry', () => {
  it('starts nothing when the reader unsubscribes in onRetry and the wait is an Observable', () => {
    let waits = 0;
    const wait$ = new Observable<never>(() => {
      waits++;
    });
    const failing = new Subject<string>();
    const { heard, subscription } = listen(
      failing.pipe(backoffRetry({ delay: () => wait$, onRetry: () => subscription.unsubscribe() })),
    );
    failing.error('broken');
    expect([heard, waits]).toEqual([[], 0]);
  });

  it('ignores retryNow$ while an attempt is under way', () => {
    const retryNow$ = new Subject<void>();
    let attempts = 0;
    const source = new Observable<string>((subscriber) => {
      attempts++;
      if (attempts === 1) subscriber.error('broken');
    });
    const { subscription } = listen(source.pipe(backoffRetry({ retryNow$ })));
    retryNow$.next();
    retryNow$.next();
    expect(attempts).toBe(2);
    subscription.unsubscribe();
  });
});

describe('debounceAdaptive', () => {
  it('ends with what `observe` throws when a timer flushes', () => {
    const scheduler = new VirtualTimeScheduler();
    const source = new Subject<string>();
    const observe = ({ _tag }: { readonly _tag: string }) => {
      if (_tag === 'flushed') throw new Error('observer');
    };
    const { heard } = listen(source.pipe(debounceAdaptive({ minMs: 5, scheduler, observe })));
    source.next('a');
    scheduler.flush();
    expect(heard).toEqual(['# Error: observer']);
  });

  it('ends with what `observe` throws when the source completes', () => {
    const observe = ({ _tag }: { readonly _tag: string }) => {
      if (_tag === 'flushed') throw new Error('observer');
    };
    const { heard } = listen(of('a').pipe(debounceAdaptive({ minMs: 5, observe })));
    expect(heard).toEqual(['# Error: observer']);
  });

  it('shows the pressure of what is held, and 0 when nothing is', () => {
    let view: DebounceView | undefined;
    const scheduler = new VirtualTimeScheduler();
    const source = new Subject<string>();
    const config = { minMs: 5, maxMs: 500, scheduler, view: (v: DebounceView) => (view = v) };
    listen(source.pipe(debounceAdaptive(config)));
    expect(view?.pressure).toBe(0);
    for (const value of 'abc') source.next(value);
    expect(view?.pressure).toBe(3);
    scheduler.flush();
  });

  it('emits a full count when busy$ turns false', () => {
    const busy$ = new Subject<boolean>();
    const source = new Subject<string>();
    const scheduler = new VirtualTimeScheduler();
    const { heard } = listen(
      source.pipe(debounceAdaptive({ minMs: 50, maxCount: 2, busy$, scheduler })),
    );
    busy$.next(true);
    busy$.next(true);
    source.next('a');
    source.next('b');
    expect(heard).toEqual([]);
    busy$.next(false);
    expect(heard).toEqual(['b']);
  });

  it('starts no timer when busy$ turns false and nothing is held', () => {
    const busy$ = new Subject<boolean>();
    const scheduler = new VirtualTimeScheduler();
    listen(NEVER.pipe(debounceAdaptive<string>({ minMs: 50, busy$, scheduler })));
    busy$.next(true);
    busy$.next(false);
    expect(scheduler.actions).toEqual([]);
  });

  it('times a value as usual after busy$ was true with nothing held', () => {
    const busy$ = new Subject<boolean>();
    const source = new Subject<string>();
    const scheduler = new VirtualTimeScheduler();
    const { heard } = listen(source.pipe(debounceAdaptive({ minMs: 50, busy$, scheduler })));
    busy$.next(true);
    busy$.next(false);
    source.next('a');
    scheduler.flush();
    expect([heard, scheduler.now()]).toEqual([['a'], 50]);
  });

  it('calls `observe` for flush$ only when something is held', () => {
    const flush$ = new Subject<void>();
    const told: string[] = [];
    const observe = ({ _tag }: { readonly _tag: string }) => told.push(_tag);
    const source = new Subject<string>();
    const { heard } = listen(source.pipe(debounceAdaptive({ minMs: 50, flush$, observe })));
    flush$.next();
    source.next('a');
    flush$.next();
    flush$.next();
    expect([heard, told]).toEqual([['a'], ['opened', 'flushed']]);
  });
});

describe('perKey', () => {
  it('ends a key without values when the reader unsubscribes in its pipeline', () => {
    const source = new Subject<string>();
    let started = 0;
    const { subscription } = listen(
      source.pipe(
        perKey(
          () => 'key',
          () => {
            started++;
            subscription.unsubscribe();
            return EMPTY;
          },
        ),
      ),
    );
    source.next('a');
    source.next('b');
    expect(started).toBe(1);
  });

  it('ignores a sub-pipeline after its end', () => {
    let inner: Observer<string> | undefined;
    const { heard } = listen(
      of('a').pipe(
        perKey(
          () => 'key',
          () =>
            new Observable<string>((subscriber) => {
              inner = subscriber;
            }),
        ),
      ),
    );
    inner?.next('x');
    inner?.complete();
    inner?.next('y');
    inner?.error('late');
    inner?.complete();
    expect(heard).toEqual(['x', '|']);
  });

  it('ends with what the key function throws', () => {
    const { heard } = listen(
      of('a').pipe(
        perKey(
          () => {
            throw new Error('key');
          },
          (values$) => values$,
        ),
      ),
    );
    expect(heard).toEqual(['# Error: key']);
  });
});
