import {
  concatMap,
  defer,
  filter,
  first,
  from,
  type MonoTypeOperatorFunction,
  map,
  type Observable,
  type ObservableInput,
  of,
} from 'rxjs';
import { type Content, contentMemory } from '../policies/contentMemory.js';
import { requireInRange } from '../policies/ranges.js';

/** The options of `distinctContent`, both optional. */
export interface DistinctContentOptions<T> {
  /**
   * The key of a value: the last content is remembered per key. If it throws, that is the error of the stream. Default:
   * one key for all.
   */
  readonly key?: (value: T) => string | number;
  /** How many keys are remembered: whole, at least 1; anything else throws a RangeError. Default 10,000. */
  readonly maxKeyCount?: number;
}

/**
 * Drops a value whose content is byte for byte the same as that of the last value, or of the last value with the same
 * key.
 *
 * For changes that change nothing: a save without an edit, a touch, a build that writes the same output again.
 * `distinctUntilChanged` compares the values themselves, has one last value for all keys, and does not wait for a file.
 *
 * ```marble
 * source           -a-A-b---B-a-|
 * distinctContent  -a---b-----a-|
 * ```
 * (`A` has the content of `a`, `B` that of `b`.)
 *
 * Contract:
 * - Loses: values with the content of the last one; never one with another content.
 * - Completes: when the source has, and every content is known.
 * - Errors: with the error of the source or of a content, and with what `key` or `content` throws, at once.
 * - Cancels: unsubscribing stops the content that is awaited, and asks for no other.
 * - Holds: a copy of the last content of each key (a hash is shorter), and the values that wait for their content.
 * - Limit: beyond `maxKeyCount` keys, the least recently used key is forgotten, and its next value passes.
 * - Order: kept. Contents are requested one after the other, so that a slow one is not taken for the newest. Before a
 *   debounce it compares every save; after it, one content per burst.
 *
 * @param content - The content of a value: bytes, or a text that represents them, or a stream or promise of one, of
 *   which the first value counts. Undefined, or an empty stream: the value passes and its key is forgotten, as for a
 *   deleted file.
 * @param options - See `DistinctContentOptions`.
 *
 * @example
 * ```ts
 * const saves$ = of({ path: 'a', text: '1' }, { path: 'b', text: '1' }, { path: 'a', text: '1' });
 * const changes$ = saves$.pipe(distinctContent(({ text }) => text, { key: ({ path }) => path }));
 *
 * await lastValueFrom(changes$.pipe(map(({ path }) => path), toArray())); // => ['a', 'b']
 * ```
 */
export function distinctContent<T>(
  content: (value: T) => Content | ObservableInput<Content>,
  options: DistinctContentOptions<T> = {},
): MonoTypeOperatorFunction<T> {
  const { key = () => '', maxKeyCount = 10_000 } = options;
  requireInRange('distinctContent', { least: 1, isWhole: true }, { maxKeyCount });
  return (source) =>
    defer(() => {
      const isNew = contentMemory(maxKeyCount);
      return source.pipe(
        concatMap((value) =>
          contentOf(content(value)).pipe(
            filter((now) => isNew(key(value), now)),
            map(() => value),
          ),
        ),
      );
    });
}

/** Checks text and bytes first, because they are iterable and `from` would emit their parts. */
function contentOf(given: Content | ObservableInput<Content>): Observable<Content> {
  if (given === undefined || typeof given === 'string' || given instanceof Uint8Array) {
    return of(given);
  }
  return from(given).pipe(first(null, undefined));
}
