import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { isNone, some } from 'fp-ts/lib/Option.js';
import type { Validation } from 'io-ts';
import { reportErrors } from '../model/codecs/reportErrors.js';
import type { ReloadError, StateRejected } from '../model/reload/ReloadError.js';
import type { StateRecord, StateStore } from '../model/reload/StateStore.js';
import { stateMisfit } from '../model/reload/stateFailures.js';

/** The type of a plugin's state in one `state-version`. */
export interface StateCodec {
  /** The `state-version` that the codec describes. Records of other versions are not checked, because the plugin migrates them. */
  readonly schema: number;
  /** An io-ts type. States are encoded with it before they are saved, and decoded after they are loaded. */
  readonly codec: {
    /** Left: why the input is no state of this type. */
    decode(input: unknown): Validation<unknown>;
    /** The state as JSON. */
    encode(state: unknown): unknown;
  };
}

/**
 * A store that checks the states of some plugins when they are saved and when they are loaded. A state that does not fit is
 * refused (`StateRejected`), and the reason lists what is wrong where. Records that were saved before stay unchanged.
 *
 * @param store - Keeps the records. Closing the result closes it.
 * @param codecs - By plugin. States of other plugins are saved unchecked.
 *
 * @example
 * ```ts
 * const counter = { schema: 1, codec: t.strict({ count: t.number }) };
 * const store = withCodecs(memoryStateStore(), { counter });
 * const refused = await store.save({ plugin: 'counter', schema: 1, codeHash: '', state: { count: '1' } })();
 *
 * isLeft(refused) && refused.left._tag; // => 'StateRejected'
 * ```
 */
export function withCodecs(
  store: StateStore,
  codecs: Readonly<Record<string, StateCodec>>,
): StateStore {
  const codecOf = ({ plugin, schema }: { readonly plugin: string; readonly schema: number }) => {
    const own = Object.hasOwn(codecs, plugin) ? codecs[plugin] : undefined;
    return own?.schema === schema ? own.codec : undefined;
  };
  const decoded = (record: StateRecord): Either<StateRejected, StateRecord> => {
    const result = codecOf(record)?.decode(record.state);
    if (result === undefined) return right(record);
    return isLeft(result)
      ? left(rejected(record, `record ${record.seq} does not fit`, reportErrors(result.left)))
      : right({ ...record, state: result.right });
  };

  return {
    save: (unsaved) => async (): Promise<Either<ReloadError, StateRecord>> => {
      const codec = codecOf(unsaved);
      if (codec === undefined) return store.save(unsaved)();
      const fits = codec.decode(unsaved.state);
      if (isLeft(fits)) {
        return left(
          rejected(unsaved, 'what saveState returned does not fit', reportErrors(fits.left)),
        );
      }
      const saved = await store.save({ ...unsaved, state: codec.encode(fits.right) })();
      return isLeft(saved) ? saved : right({ ...saved.right, state: unsaved.state });
    },
    load: (plugin) => async () => {
      const loaded = await store.load(plugin)();
      if (isLeft(loaded) || isNone(loaded.right)) return loaded;
      const record = decoded(loaded.right.value);
      return isLeft(record) ? record : right(some(record.right));
    },
    history: (plugin) => async () => {
      const history = await store.history(plugin)();
      if (isLeft(history)) return history;
      return right(
        history.right.map(decoded).flatMap((record) => (isLeft(record) ? [] : [record.right])),
      );
    },
    remove: (plugin) => store.remove(plugin),
    claim: store.claim,
    close: () => store.close(),
  };
}

function rejected(
  { plugin }: { readonly plugin: string },
  what: string,
  problems: readonly string[],
): StateRejected {
  return stateMisfit(plugin, `${what}: ${problems.join('; ')}`);
}
