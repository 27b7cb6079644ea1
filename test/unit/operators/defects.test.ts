import {
  delay,
  type Observable,
  of,
  Subject,
  Subscription,
  startWith,
  take,
  throwError,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { backoffRetry } from '../../../src/operators/backoffRetry.js';
import { circuitBreak } from '../../../src/operators/circuitBreak.js';
import { circuitBreakMap } from '../../../src/operators/circuitBreakMap.js';
import { createCircuitBreaker } from '../../../src/operators/createCircuitBreaker.js';
import { debounceAdaptive } from '../../../src/operators/debounceAdaptive.js';
import { distinctContent } from '../../../src/operators/distinctContent.js';
import { perKey } from '../../../src/operators/perKey.js';
import { consecutive } from '../../../src/policies/breaker/consecutive.js';
import { failureRate } from '../../../src/policies/breaker/failureRate.js';
import { retryBudget } from '../../../src/policies/retry/retryBudget.js';
import { VirtualTime } from '../../../src/trace/virtual/VirtualTime.js';

const listen = <T>(source: Observable<T>) => {
  const heard: unknown[] = [];
  const subscription = new Subscription();
  subscription.add(
    source.subscribe({
      next: (value) => heard.push(value),
      error: (error: unknown) => heard.push(`# ${error}`),
      complete: () => heard.push('|'),
    }),
  );
  return { heard, subscription };
};

describe('perKey', () => {
  const one = () => 'key';

  it.each<[string, (values$: Observable<string>) => Observable<string>]>([
    ['emits as it starts', (values$) => values$.pipe(startWith('starting'))],
    ['fails as it starts', () => throwError(() => 'broken')],
  ])('leaves no timer when its stream ends because a sub-pipeline %s', (_, pipeline) => {
    const scheduler = new VirtualTime();
    listen(of('a').pipe(perKey(one, pipeline, { idleMs: 5_000, scheduler }), take(1)));
    expect(scheduler.pendingCount).toBe(0);
  });

  it('leaves no timer when its reader unsubscribes while a sub-pipeline is made', () => {
    const scheduler = new VirtualTime();
    const source = new Subject<string>();
    const subscription = new Subscription();
    const pipeline = (values$: Observable<string>) => {
      subscription.unsubscribe();
      return values$;
    };
    subscription.add(source.pipe(perKey(one, pipeline, { idleMs: 5_000, scheduler })).subscribe());
    source.next('a');
    expect(scheduler.pendingCount).toBe(0);
  });

  it('ends with what `pipeline` throws, even when it starts a key again', () => {
    const scheduler = new VirtualTime();
    const source = new Subject<string>();
    let starts = 0;
    const pipeline = (values$: Observable<string>): Observable<string> => {
      starts += 1;
      if (starts > 1) throw new Error('second start');
      // When its input completes, after ten times `idleMs`, it still has work to do.
      return values$.pipe(delay(500, scheduler));
    };
    const { heard } = listen(source.pipe(perKey(one, pipeline, { idleMs: 10, scheduler })));
    source.next('a1');
    scheduler.schedule(() => source.next('a2'), 150);
    scheduler.flush();
    expect(heard).toEqual(['a1', '# Error: second start']);
  });
});

describe('distinctContent', () => {
  it('keeps a copy of a Node buffer, which can be used again', () => {
    const buffer = Buffer.from('one');
    const seen: string[] = [];
    const source = new Subject<Buffer>();
    source.pipe(distinctContent((bytes) => bytes)).subscribe((bytes) => seen.push(`${bytes}`));
    for (const content of ['one', 'two', 'two', 'six']) {
      buffer.write(content);
      source.next(buffer);
    }
    expect(seen).toEqual(['one', 'two', 'six']);
  });
});

describe('debounceAdaptive', () => {
  it('passes NaN like any other value without `reduce`', () => {
    expect(listen(of(NaN).pipe(debounceAdaptive(5))).heard).toEqual([NaN, '|']);
    expect(listen(of(NaN).pipe(debounceAdaptive({ minMs: 5 }))).heard).toEqual([NaN, '|']);
  });

  it.each(['observe', 'window', 'reduce'] as const)(
    'leaves no timer when `%s` unsubscribes its reader',
    (option) => {
      const scheduler = new VirtualTime();
      const source = new Subject<number>();
      const subscription = new Subscription();
      const leave = () => {
        subscription.unsubscribe();
        return 20;
      };
      const config = { minMs: 10, maxMs: 100, scheduler, reduce: (_: unknown, n: number) => n };
      subscription.add(source.pipe(debounceAdaptive({ ...config, [option]: leave })).subscribe());
      source.next(1);
      expect(scheduler.pendingCount).toBe(0);
    },
  );
});

describe('a breaker', () => {
  const most = 2 ** 31 - 1;

  it('refuses waits that no timer can hold, which would end after 1 ms', () => {
    expect(() => createCircuitBreaker({ probeTimeoutMs: most + 1 })).toThrow(
      `createCircuitBreaker: probeTimeoutMs (${most + 1}) is more than ${most}`,
    );
    expect(() => createCircuitBreaker({ slow: { afterMs: most + 1, ratio: 1 } })).toThrow(
      `createCircuitBreaker: slow.afterMs (${most + 1}) is more than ${most}`,
    );
    expect(() => createCircuitBreaker({ probeTimeoutMs: Infinity })).not.toThrow();
    expect(() => createCircuitBreaker({ slow: { afterMs: Infinity, ratio: 1 } })).not.toThrow();
  });

  it('refuses a window without an end', () => {
    const endless = { ratio: 0.5, minimumCount: 2, window: { ms: Infinity } };
    expect(() => failureRate(endless)).toThrow(
      `failureRate: window.ms (Infinity) is more than ${most}`,
    );
  });
});

describe('circuitBreakMap', () => {
  it('tells the refusals of its own breaker from those of another with the same name', () => {
    const other = createCircuitBreaker({ trip: consecutive(1) });
    listen(throwError(() => 'broken').pipe(circuitBreak(other)));
    const { heard } = listen(
      of('a').pipe(
        circuitBreakMap((value: string) => of(value).pipe(circuitBreak(other)), {
          breaker: {},
          whenOpen: 'skip',
          recover: () => ['recovered'],
        }),
      ),
    );
    expect(heard).toEqual(['recovered', '|']);
  });
});

describe('backoffRetry', () => {
  it('pays into a shared budget even with maxRetries 0', () => {
    const budget = retryBudget({ retriesPerSuccessRatio: 1, reserveCount: 0 });
    listen(of('a').pipe(backoffRetry({ maxRetries: 0, budget })));
    expect(budget.available).toBe(1);
  });

  it('retries at once when retryNow$ emits during onRetry', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run((m) => {
      const retryNow$ = new Subject<void>();
      const failing = m.cold('-#  ');
      const attempts = ['      ^!  ', '-^!'];
      const expected = '       ----';
      const unsubscribed = '   ---!';
      let told = 0;
      const result = failing.pipe(
        backoffRetry({
          retryNow$,
          onRetry: () => {
            told += 1;
            if (told === 1) retryNow$.next();
          },
        }),
      );
      m.expectObservable(result, unsubscribed).toBe(expected);
      m.expectSubscriptions(failing.subscriptions).toBe(attempts);
    });
  });
});
