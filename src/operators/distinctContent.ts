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
  /** Whose content it is: each key has a last content of its own. What it throws is an error of the stream. Default: one key for all. */
  readonly key?: (value: T) => string | number;
  /** How many keys are remembered: whole, at least 1; anything else throws a RangeError. Default 10,000. */
  readonly maxKeyCount?: number;
}

/**
 * Drops a value whose content is, byte for byte, that of the last value, or of the last value with its key.
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
 * - Holds: a copy of the last content of each key (a hash is shorter), and the values that wait for theirs.
 * - Limit: beyond `maxKeyCount` keys, the one unseen for longest is forgotten, and its next value passes.
 * - Order: kept. Contents are asked for one after the other, so a slow one does not become the last. Before a debounce it compares
 *   every save; after it, one content per burst.
 *
 * @param content - The content of a value: bytes, or a text that stands for them, or a stream or promise of one, of which the
 *   first value counts. Undefined, or an empty stream: the value passes and its key is forgotten, as for a deleted file.
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

/** Text and bytes first: they are iterable, and `from` would emit their parts. */
function contentOf(given: Content | ObservableInput<Content>): Observable<Content> {
  if (given === undefined || typeof given === 'string' || given instanceof Uint8Array) {
    return of(given);
  }
  return from(given).pipe(first(null, undefined));
}
