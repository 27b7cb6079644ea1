import { netEffectOf } from './NetEffect.js';
import type { WatchEvent } from './WatchEvent.js';

/**
 * Up to this many events, each new event is folded at once. That costs less than a microsecond per event that is
 * already folded.
 */
const EAGER_COUNT = 32;

/** Net effect of events, one per path, in order of application. */
export type FoldedEvents = readonly WatchEvent[];

/**
 * A long result is stored as the first `length` events of a history, and folded when it is read. Later results append
 * to the same history.
 */
interface Prefix {
  readonly history: WatchEvent[];
  readonly length: number;
  /** Number of events at which the history is next replaced by its net effect. */
  readonly foldAtCount: number;
}

const prefixes = new WeakMap<FoldedEvents, Prefix>();

/**
 * Adds one event to the net effect of those before it. For `reduce` and `scan`, and as the `reduce` of
 * `debounceAdaptive`: a burst of events becomes their net effect.
 *
 * The rules:
 * - Created, Modified = Created. Created, Deleted = nothing. Deleted, Created = Modified. Modified, Deleted = Deleted.
 * - a→b, b→c = a→c. a→b, b→a = nothing. Created a, a→b = Created b. a→b, Deleted b = Deleted a.
 * - Renamed promises the same content at another path. If the file was also edited, before or after the rename, the
 *   result is Deleted of the old path and Created of the new one: each path has only one event, and Created makes the
 *   reader read the edited content. If the file moves back to the old path, the result is Modified.
 * - A rename onto a path that was Deleted, or that is known to hold something, becomes Deleted of the old path and
 *   Modified of the new one. So a source must report a rename over an existing file as Deleted, Renamed: Renamed alone
 *   means that the new path was free.
 * - A ring of renames, such as a swap of two files, cannot be applied in any order: each of its paths is Modified.
 * - When a directory replaces a file, or a file a directory: Modified with the new kind; `fromKind` has the old one.
 * - When a directory is renamed, the events of its content move to the new path: a→b after Modified a/x is a→b,
 *   Modified b/x.
 * - A directory that was created or has replaced another is Created or Modified, and its content may have come with it:
 *   read it whole. What lies in a directory that is renamed, and has no event, went with it.
 * - `atMs` and `batch` come from the last event that was folded in.
 * - An impossible event, such as Deleted of a path that does not exist, changes nothing or is read as the event that
 *   must have happened instead.
 *
 * Contract:
 * - Order: fold(fold(a), b) = fold(a ++ b). fold(a, fold(b)) has the same effect, possibly as other events.
 * - Holds: one event per path; beyond 32 of them, up to twice that. No earlier result changes.
 * - Limit: one event costs O(1) on average; a directory rename, and the first read of a long result, O(paths). A result
 *   of more than 32 paths is a Proxy that folds when it is first read: copy it (`[...folded]`) to post it to a worker.
 *
 * @param folded - The net effect so far; `undefined` or an empty array to start.
 *
 * @example
 * ```ts
 * const at = { kind: 'file', atMs: 0, batch: 1 } as const;
 * const history: WatchEvent[] = [
 *   { _tag: 'Created', path: '/p/a.ts.tmp', ...at },
 *   { _tag: 'Deleted', path: '/p/a.ts', ...at },
 *   { _tag: 'Renamed', from: '/p/a.ts.tmp', path: '/p/a.ts', to: '/p/a.ts', ...at },
 * ];
 *
 * history.reduce<FoldedEvents>(foldEvents, []).map((e) => `${e._tag} ${e.path}`); // => ['Modified /p/a.ts']
 * ```
 *
 * @source The idea of the rules, and rules as data: https://github.com/notify-rs/notify/tree/main/notify-debouncer-full
 */
export function foldEvents(folded: FoldedEvents | undefined, event: WatchEvent): FoldedEvents {
  if (folded === undefined) return netEffectOf([event]);
  const prefix = prefixes.get(folded);
  if (prefix !== undefined) return append(prefix, event);
  return folded.length < EAGER_COUNT
    ? netEffectOf([...folded, event])
    : append(
        { history: [...folded], length: folded.length, foldAtCount: folded.length * 2 },
        event,
      );
}

function append({ history, length, foldAtCount }: Prefix, event: WatchEvent): FoldedEvents {
  // Only the newest result may append to the shared history; an older one copies its part first.
  const own = history.length === length ? history : history.slice(0, length);
  own.push(event);
  if (own.length < foldAtCount) return whenRead({ history: own, length: length + 1, foldAtCount });

  const effect = netEffectOf(own);
  if (effect.length < EAGER_COUNT) return effect;
  return whenRead({ history: effect, length: effect.length, foldAtCount: effect.length * 2 });
}

/** An array that folds its events when it is first read. */
function whenRead(prefix: Prefix): FoldedEvents {
  const target: WatchEvent[] = [];
  let isFilled = false;
  const filled = (): WatchEvent[] => {
    if (!isFilled) {
      isFilled = true;
      for (const event of netEffectOf(prefix.history.slice(0, prefix.length))) target.push(event);
    }
    return target;
  };
  // `console.log` bypasses the traps and reads the target itself.
  Object.defineProperty(target, Symbol.for('nodejs.util.inspect.custom'), {
    value: () => [...filled()],
  });
  const refuse = (): boolean => false;
  const proxy = new Proxy(target, {
    get: (_, key): unknown => Reflect.get(filled(), key),
    has: (_, key) => Reflect.has(filled(), key),
    ownKeys: () => Reflect.ownKeys(filled()),
    getOwnPropertyDescriptor: (_, key) => Reflect.getOwnPropertyDescriptor(filled(), key),
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
    setPrototypeOf: refuse,
    preventExtensions: refuse,
  });
  prefixes.set(proxy, prefix);
  return proxy;
}
