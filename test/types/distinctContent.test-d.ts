import { type Observable, of } from 'rxjs';
import { expectTypeOf, it } from 'vitest';
import { distinctContent } from '../../src/operators/distinctContent.js';

it('keeps the type of the values', () => {
  expectTypeOf(of(1).pipe(distinctContent((n) => String(n)))).toEqualTypeOf<Observable<number>>();
  expectTypeOf(of(1).pipe(distinctContent(() => new Uint8Array()))).toEqualTypeOf<
    Observable<number>
  >();
  expectTypeOf(of('p').pipe(distinctContent(async (path) => path))).toEqualTypeOf<
    Observable<string>
  >();
  expectTypeOf(of('p').pipe(distinctContent(() => of('hash', undefined)))).toEqualTypeOf<
    Observable<string>
  >();
});

it('rejects contents that are not bytes or text, and keys that are not text or numbers', () => {
  // @ts-expect-error [ts2322] -- a date is neither.
  of(1).pipe(distinctContent(() => new Date()));
  // @ts-expect-error [ts2322] -- an object is not a key.
  of(1).pipe(distinctContent(String, { key: () => ({}) }));
});
