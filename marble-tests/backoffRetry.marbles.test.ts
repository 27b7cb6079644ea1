import { defer, EMPTY, NEVER, Observable, of, Subject, take, takeUntil, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { backoffRetry } from '../src/operators/backoffRetry.js';
import { constant } from '../src/policies/backoff/constant.js';
import { exponential } from '../src/policies/backoff/exponential.js';
import { CircuitOpenError } from '../src/policies/breaker/CircuitOpenError.js';
import { retryBudget } from '../src/policies/retry/retryBudget.js';
import { marble } from './support/marble.js';

const doubling = exponential({ initialMs: 2 });

describe('backoffRetry', () => {
  marble('waits longer after each failure, and gives up with the last error', (m) => {
    const source = m.cold('  a-#');
    const expected = '       a---a-----a-#';
    const subs = [
      '                      ^-!',
      '                      ----^-!',
      '                      ----------^-!',
    ];

    const result = source.pipe(backoffRetry({ delay: doubling, maxRetries: 2 }));

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  });

  marble('passes on values and the completion of a source that does not fail', (m) => {
    const source = m.cold('  a-b-|');
    const expected = '       a-b-|';
    const subs = '           ^---!';

    m.expectObservable(source.pipe(backoffRetry())).toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  });

  marble('completes when a later attempt does', (m) => {
    const attempts = [m.cold('-#'), m.cold('--a|')];
    const expected = '        -----a|';
    let n = 0;

    const result = defer(() => attempts[n++]!).pipe(backoffRetry({ delay: constant(2) }));

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(attempts[0]!.subscriptions).toBe('^!');
    m.expectSubscriptions(attempts[1]!.subscriptions).toBe('---^--!');
  });

  marble('subscribes once, and passes the error on, with maxRetries 0', (m) => {
    const source = m.cold('  -#');
    m.expectObservable(source.pipe(backoffRetry({ maxRetries: 0 }))).toBe('-#');
    m.expectSubscriptions(source.subscriptions).toBe('^!');
  });

  marble('gives up at once on an error that retryIf refuses', (m) => {
    const source = m.cold('  a-#', undefined, 'fatal');
    const result = source.pipe(backoffRetry({ retryIf: (error) => error !== 'fatal' }));

    m.expectObservable(result).toBe('a-#', undefined, 'fatal');
    m.expectSubscriptions(source.subscriptions).toBe('^-!');
  });

  marble('ends with what retryIf, delay, random or onRetry throws', (m) => {
    const boom = new Error('boom');
    const fail = (): never => {
      throw boom;
    };
    const source = m.cold('  -#');
    for (const config of [
      { retryIf: fail },
      { delay: fail },
      { random: fail, jitter: 'full' as const },
      { onRetry: fail },
    ]) {
      m.expectObservable(source.pipe(backoffRetry(config))).toBe('-#', undefined, boom);
    }
  });

  marble('ends with an error, and not in a hot loop, when delay returns NaN', (m) => {
    const source = m.cold('  -#');
    const result = source.pipe(backoffRetry({ delay: () => NaN }));
    const error = new RangeError('backoffRetry: delay returned NaN for attempt 1');

    m.expectObservable(result).toBe('-#', undefined, error);
    m.expectSubscriptions(source.subscriptions).toBe('^!');
  });

  marble('waits for the first value of an Observable that delay returns', (m) => {
    const source = m.cold('  -#');
    const notifier = m.cold('--r-r|');
    const expected = '       -------#';
    const subs = ['^!', '---^!', '------^!'];

    const result = source.pipe(backoffRetry({ delay: () => notifier, maxRetries: 2 }));

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
    m.expectSubscriptions(notifier.subscriptions).toBe(['-^-!', '----^-!']);
  });

  marble('ends as the notifier does when that has no value', (m) => {
    const source = m.cold('  -#');
    m.expectObservable(source.pipe(backoffRetry({ delay: () => m.cold('--|') }))).toBe('---|');
    m.expectObservable(source.pipe(backoffRetry({ delay: () => m.cold('--#', {}, 'n') }))).toBe(
      '---#',
      undefined,
      'n',
    );
    m.expectObservable(source.pipe(backoffRetry({ delay: () => EMPTY }))).toBe('-|');
  });

  marble('retries at once when the notifier emits synchronously', (m) => {
    const source = m.cold('  a-#');
    const expected = '       a-a-a-#';

    const result = source.pipe(backoffRetry({ delay: () => of(0), maxRetries: 2 }));

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe(['^-!', '--^-!', '----^-!']);
  });

  marble('uses the default curve where delay returns undefined', (m) => {
    const source = m.cold('  #');
    const delay = (attempt: number) => (attempt === 1 ? 3 : undefined);
    const expected = '       --- 200ms #';

    m.expectObservable(source.pipe(backoffRetry({ delay, maxRetries: 2 }))).toBe(expected);
  });

  marble('stops the attempt when unsubscribed', (m) => {
    const source = m.cold('  -a--#');
    const unsub = '          --!';
    const subs = '           ^-!';

    m.expectObservable(source.pipe(backoffRetry()), unsub).toBe('-a');
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  });

  marble('starts no attempt, and keeps no timer, when unsubscribed during the wait', (m) => {
    const source = m.cold('  -#');
    const unsub = '          ---!';

    m.expectObservable(source.pipe(backoffRetry({ delay: constant(5) })), unsub).toBe('-');
    m.expectSubscriptions(source.subscriptions).toBe('^!');
  });

  it('leaves nothing in the scheduler when unsubscribed during the wait', () => {
    const scheduler = new TestScheduler(() => {});
    const reader = throwError(() => 'broken')
      .pipe(backoffRetry({ scheduler }))
      .subscribe();
    const waiting = scheduler.actions.length;
    reader.unsubscribe();
    expect([waiting, reader.closed]).toEqual([1, true]);
    scheduler.flush();
    expect(scheduler.actions).toEqual([]);
    expect(scheduler.frame).toBe(0);
  });

  marble('keeps a state per subscription', (m) => {
    const source = m.cold('  #');
    const retried = source.pipe(backoffRetry({ delay: doubling, maxRetries: 2 }));

    m.expectObservable(retried).toBe('      ------#');
    m.expectObservable(retried, '---^').toBe('---------#');
  });

  marble('starts the curve over after an attempt that lasted resetAfterMs', (m) => {
    const attempts = [m.cold('#'), m.cold('#'), m.cold('----------#'), m.cold('#'), NEVER];
    const waits: [number, number][] = [];
    let n = 0;

    const result = defer(() => attempts[n++]!).pipe(
      backoffRetry({
        delay: doubling,
        resetAfterMs: 10,
        onRetry: ({ attempt, delayMs }) => waits.push([attempt, delayMs]),
      }),
    );

    m.expectObservable(result, '^ 50ms !').toBe('');
    m.flush();
    expect(waits).toEqual([
      [1, 2],
      [2, 4],
      [1, 2],
      [2, 4],
    ]);
  });

  marble('does not start the curve over after an attempt one millisecond shorter', (m) => {
    const attempts = [m.cold('#'), m.cold('---------#'), NEVER];
    const waits: number[] = [];
    let n = 0;

    const result = defer(() => attempts[n++]!).pipe(
      backoffRetry({
        delay: doubling,
        resetAfterMs: 10,
        onRetry: ({ delayMs }) => waits.push(delayMs),
      }),
    );

    m.expectObservable(result, '^ 50ms !').toBe('');
    m.flush();
    expect(waits).toEqual([2, 4]);
  });

  marble('gives up at once when a wait would end after maxElapsedMs', (m) => {
    const source = m.cold('  #');
    const within = source.pipe(backoffRetry({ delay: doubling, maxElapsedMs: 6 }));
    const short = source.pipe(backoffRetry({ delay: doubling, maxElapsedMs: 5 }));

    m.expectObservable(within).toBe('------#');
    m.expectObservable(short).toBe('--#');
  });

  marble('counts the time of attempts towards maxElapsedMs, from the subscription on', (m) => {
    const source = m.cold('  -----#');
    const within = source.pipe(backoffRetry({ delay: constant(2), maxElapsedMs: 7 }));
    const short = source.pipe(backoffRetry({ delay: constant(2), maxElapsedMs: 6 }));

    m.expectObservable(within).toBe('------------#');
    m.expectObservable(short).toBe('-----#');
  });

  marble('ends the wait and starts the curve over when retryNow$ emits', (m) => {
    const source = m.cold('   #');
    const changes = m.hot('   ---x---');
    const expected = '        ---------#';

    const result = source.pipe(
      backoffRetry({ delay: doubling, maxRetries: 2, retryNow$: changes.pipe(take(1)) }),
    );

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe([
      '(^!)',
      '--(^!)',
      '---(^!)',
      '-----(^!)',
      '---------(^!)',
    ]);
  });

  marble('retries once when retryNow$ emits in the frame in which the wait ends', (m) => {
    const source = m.cold('   #');
    const changes = m.hot('   --x---');

    const result = source.pipe(
      backoffRetry({ delay: constant(2), maxRetries: 1, retryNow$: changes }),
    );

    // The value is played before the timer runs, so the curve has started over.
    m.expectObservable(result).toBe('----#');
    m.expectSubscriptions(source.subscriptions).toBe(['(^!)', '--(^!)', '----(^!)']);
  });

  marble('subscribes to retryNow$ once, from the first failure to the end', (m) => {
    const source = m.cold('   --#');
    const changes = m.hot('   x---------');
    const result = source.pipe(
      backoffRetry({ delay: constant(3), maxRetries: 2, retryNow$: changes }),
    );

    m.expectObservable(result).toBe('------------#');
    m.expectSubscriptions(changes.subscriptions).toBe('--^---------!');
  });

  marble('fails when retryNow$ does, and goes on when it completes', (m) => {
    const source = m.cold('   #');
    const config = { delay: constant(4), maxRetries: 1 };
    const failing = source.pipe(backoffRetry({ ...config, retryNow$: m.cold('--#', {}, 'r') }));
    const ending = source.pipe(backoffRetry({ ...config, retryNow$: m.cold('--|') }));

    m.expectObservable(failing).toBe('--#', undefined, 'r');
    m.expectObservable(ending).toBe('----#');
  });

  marble('waits retryAfterMs for an open circuit, and counts no retry', (m) => {
    const open = new CircuitOpenError({ breaker: 'b', retryAfterMs: 5, openedAtMs: 0 }, undefined);
    const attempts = ['x', open, open, 'y'];
    const seen: [number, number][] = [];
    let n = 0;

    const result = throwError(() => attempts[n++]).pipe(
      backoffRetry({
        delay: constant(1),
        maxRetries: 1,
        onRetry: ({ attempt, delayMs }) => seen.push([attempt, delayMs]),
      }),
    );

    m.expectObservable(result).toBe('-----------#', undefined, 'y');
    m.flush();
    expect(seen).toEqual([
      [1, 1],
      [1, 5],
      [1, 5],
    ]);
  });

  marble('withdraws nothing from the budget for an open circuit', (m) => {
    const open = new CircuitOpenError({ breaker: 'b', retryAfterMs: 2, openedAtMs: 0 }, undefined);
    const budget = retryBudget({ retriesPerSuccessRatio: 0, reserveCount: 1 });
    const attempts = [open, open, 'x', 'y'];
    let n = 0;

    const result = throwError(() => attempts[n++]).pipe(
      backoffRetry({ delay: constant(1), budget }),
    );

    m.expectObservable(result).toBe('-----#', undefined, 'y');
    m.flush();
    expect(budget.available).toBe(0);
  });

  marble('tears an attempt down before it subscribes the next one', (m) => {
    const log: string[] = [];
    let n = 0;
    const source = new Observable<string>((subscriber) => {
      const id = ++n;
      log.push(`subscribe ${id}`);
      subscriber.add(m.cold('-#').subscribe(subscriber));
      return () => log.push(`tear down ${id}`);
    });

    m.expectObservable(source.pipe(backoffRetry({ delay: constant(0), maxRetries: 1 }))).toBe(
      '--#',
    );
    m.flush();
    expect(log).toEqual(['subscribe 1', 'tear down 1', 'subscribe 2', 'tear down 2']);
  });

  it('gives up with the very error of the last attempt', () => {
    const errors = [new Error('first'), new Error('second')];
    const seen: unknown[] = [];
    let n = 0;
    throwError(() => errors[n++])
      .pipe(backoffRetry({ delay: constant(0), maxRetries: 1 }))
      .subscribe({ error: (error: unknown) => seen.push(error) });

    expect(seen).toHaveLength(1);
    expect(seen[0]).toBe(errors[1]);
  });

  it('tears down in the same order when attempts fail during their subscription', () => {
    const log: string[] = [];
    let n = 0;
    new Observable<never>((subscriber) => {
      const id = ++n;
      log.push(`subscribe ${id}`);
      subscriber.error('broken');
      return () => log.push(`tear down ${id}`);
    })
      .pipe(backoffRetry({ delay: constant(0), maxRetries: 1 }))
      .subscribe({ error: () => log.push('error') });

    expect(log).toEqual(['subscribe 1', 'tear down 1', 'subscribe 2', 'error', 'tear down 2']);
  });

  it('stops a synchronous source as soon as its reader has enough', () => {
    const produced: number[] = [];
    const source = new Observable<number>((subscriber) => {
      for (let i = 0; !subscriber.closed && i < 10; i++) {
        produced.push(i);
        subscriber.next(i);
      }
    });
    source.pipe(backoffRetry(), take(3)).subscribe();

    expect(produced).toEqual([0, 1, 2]);
  });

  it('makes no attempt when onRetry unsubscribes', () => {
    let attempts = 0;
    const stop = new Subject<void>();
    const source = defer(() => {
      attempts++;
      return throwError(() => 'broken');
    });
    source
      .pipe(
        backoffRetry({
          delay: constant(0),
          onRetry: () => {
            if (attempts === 3) stop.next();
          },
        }),
        takeUntil(stop),
      )
      .subscribe({ error: () => expect.unreachable() });

    expect(attempts).toBe(3);
  });

  it('passes a value that its reader pushes back into the source', () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    source.pipe(backoffRetry()).subscribe((n) => {
      seen.push(n);
      if (n < 3) source.next(n + 1);
    });
    source.next(1);
    expect(seen).toEqual([1, 2, 3]);
  });
});
