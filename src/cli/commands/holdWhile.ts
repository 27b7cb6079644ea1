import {
  defer,
  filter,
  from,
  type MonoTypeOperatorFunction,
  merge,
  mergeMap,
  type Observable,
} from 'rxjs';

/**
 * Holds values back while `isHeld$` says so, and emits them in order when it no longer does.
 *
 * @param isHeld$ - Emits its present value on subscription, as a BehaviorSubject does.
 */
export function holdWhile<A>(isHeld$: Observable<boolean>): MonoTypeOperatorFunction<A> {
  return (values$) =>
    defer(() => {
      const held: A[] = [];
      let isHeld = false;
      const released$ = isHeld$.pipe(
        mergeMap((isHeldNow) => {
          isHeld = isHeldNow;
          return from(isHeldNow ? [] : held.splice(0));
        }),
      );
      const passed$ = values$.pipe(
        filter((value) => {
          if (isHeld) held.push(value);
          return !isHeld;
        }),
      );
      return merge(released$, passed$);
    });
}
