import { BehaviorSubject, Subject } from 'rxjs';
import { expect, it } from 'vitest';
import { holdWhile } from '../../../src/cli/commands/holdWhile.js';

it('holds values back while it is told to, and emits them in order', () => {
  const isHeld$ = new BehaviorSubject(false);
  const values$ = new Subject<number>();
  const seen: number[] = [];
  const subscription = values$.pipe(holdWhile(isHeld$)).subscribe((value) => seen.push(value));
  values$.next(1);
  isHeld$.next(true);
  values$.next(2);
  values$.next(3);
  expect(seen).toEqual([1]);
  isHeld$.next(false);
  values$.next(4);
  expect(seen).toEqual([1, 2, 3, 4]);
  subscription.unsubscribe();
  expect(isHeld$.observed || values$.observed).toBe(false);
});
