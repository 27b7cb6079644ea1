import { none, type Option, some } from 'fp-ts/lib/Option.js';
import { map, type Observable, of } from 'rxjs';
import { expectTypeOf, it } from 'vitest';
import { perKey } from '../../src/operators/perKey.js';

it('infers the output from what pipeline returns', () => {
  expectTypeOf(
    of('a').pipe(
      perKey(
        (v) => v,
        (values$) => values$.pipe(map((v) => v.length)),
      ),
    ),
  ).toEqualTypeOf<Observable<number>>();
});

it('gives pipeline the values and the key', () => {
  of({ id: 7, name: 'a' }).pipe(
    perKey(
      ({ id }) => id,
      (values$, key) => {
        expectTypeOf(values$).toEqualTypeOf<Observable<{ id: number; name: string }>>();
        expectTypeOf(key).toEqualTypeOf<number>();
        return values$;
      },
    ),
  );
});

it('takes an Option for a key', () => {
  const keyOf = (v: string): Option<string> => (v === '' ? none : some(v));
  of('a').pipe(
    perKey(keyOf, (values$, key) => {
      expectTypeOf(key).toEqualTypeOf<string>();
      return values$;
    }),
  );
});

it('rejects a key that is neither text nor a number, and a pipeline without a stream', () => {
  const same = <T>(values$: Observable<T>): Observable<T> => values$;
  // @ts-expect-error [ts2322] -- an object is not a key.
  of(1).pipe(perKey(() => ({}), same));
  // @ts-expect-error [ts2322] -- a number is not an Observable.
  of(1).pipe(perKey(String, () => 1));
});
