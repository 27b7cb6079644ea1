import * as E from 'fp-ts/lib/Either.js';
import { isNone } from 'fp-ts/lib/Option.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { SaveState } from '../../model/reload/ReloadTarget.js';
import type { StateRecord } from '../../model/reload/StateStore.js';
import { stateUnreadable } from '../../model/reload/stateFailures.js';
import { messageOf } from '../../model/unknownValue.js';
import { type KeptState, type StateKeeper, stateOfText, stateToText } from './KeptState.js';

/** Of this many formats of a plugin's state, the newest acknowledged one is remembered: for a way back to a version of an older format. */
const KEPT_FORMATS_COUNT = 4;

/** Which state of a plugin is the newest one, over all its versions, and also while the plugin is not loaded. */
export class PluginStates {
  /**
   * The newest state that was acknowledged in this process; undefined before the first. It is what a new version starts from, unless
   * the store has a newer record.
   */
  #newest: KeptState | undefined;
  /**
   * Number of saves that were started. A save that was given up at its deadline may end after a later one: its number shows that it is
   * older.
   */
  #startedCount = 0;
  /** The newest acknowledged states by `state-version`, in the order in which they were acknowledged: the last one is `#newest`. */
  readonly #byFormat = new Map<number, KeptState>();
  /** The number of the save that `#newest` is from. */
  #newestFrom = 0;
  /**
   * The store's records up to this number are not newer than `#newest`. The numbers that a caller's `saveState` returns count too, because
   * it usually saves to this store. Where it saves elsewhere, `#newest` holds until this store has a record with a higher number.
   */
  #seenSeq = 0;
  /** The code whose `saveState` ended its worker, and how; undefined when none did. Only the last one: each further one costs one end. */
  #fatal: { readonly codeHash: string; readonly reason: string } | undefined;

  constructor(
    readonly plugin: string,
    readonly store: StateKeeper | undefined,
  ) {}

  /** Saves a record in the store; undefined when there is no store. */
  get saveInStore(): SaveState | undefined {
    return this.store?.save.bind(this.store);
  }

  /** The `saveState` of this code ended the worker that ran it. Asked again, it would end the version that serves, with its state. */
  noteFatal(codeHash: string, reason: string): void {
    this.#fatal = { codeHash, reason };
  }

  /** How the `saveState` of this code ended its worker; undefined when it did not, so that it may be asked. */
  fatalReason(codeHash: string): string | undefined {
    return this.#fatal?.codeHash === codeHash ? this.#fatal.reason : undefined;
  }

  /** Call it before a save. Returns the number to acknowledge the state with. */
  startSave(): number {
    this.#startedCount += 1;
    return this.#startedCount;
  }

  /** Records that the state is saved. It is the newest, unless a later save was acknowledged before. */
  acknowledge(state: KeptState, save: number): void {
    if (save < this.#newestFrom) return;
    this.#newest = state;
    this.#newestFrom = save;
    this.#byFormat.delete(state.stateVersion);
    this.#byFormat.set(state.stateVersion, state);
    if (this.#byFormat.size <= KEPT_FORMATS_COUNT) return;
    for (const oldest of [...this.#byFormat.keys()].slice(0, 1)) this.#byFormat.delete(oldest);
  }

  /**
   * Call it when a record with this number was saved, also when the save ended too late: its record may be the last in the store, but is
   * not newer.
   */
  sawRecord(seq: number): void {
    this.#seenSeq = Math.max(this.#seenSeq, seq);
  }

  /** The newest acknowledged state: one that was saved here, or one that others saved in the store since, such as the sink `saveState`. */
  async newest(): Promise<E.Either<ReloadError, KeptState | undefined>> {
    const save = this.startSave();
    if (this.store === undefined) return E.right(this.#newest);
    const loaded = await loadRecord(this.plugin, this.store);
    if (E.isLeft(loaded)) {
      // All records are damaged: no state is newer than the one in memory.
      const isLost = loaded.left._tag === 'StateCorrupt';
      return isLost && this.#newest !== undefined ? E.right(this.#newest) : loaded;
    }
    const record = loaded.right;
    const isNewer = this.#newest === undefined || (record?.seq ?? 0) > this.#seenSeq;
    if (record !== undefined && isNewer) {
      this.sawRecord(record.seq);
      this.acknowledge(record.state, save);
    }
    return E.right(this.#newest);
  }

  /**
   * The newest acknowledged state that a version reads whose format is `format`: one in that format or an older one. This process's own
   * comes first, since the store keeps only a few records; a store that cannot be read has none.
   */
  async newestReadBy(format: number): Promise<KeptState | undefined> {
    const own = [...this.#byFormat.values()].findLast(({ stateVersion }) => stateVersion <= format);
    if (own !== undefined || this.store?.history === undefined) return own;
    try {
      const history = await this.store.history(this.plugin)();
      if (E.isLeft(history)) return undefined;
      const record = history.right.findLast(({ schema }) => schema <= format);
      if (record === undefined) return undefined;
      const copy = stateToText(record.state);
      return E.isLeft(copy) ? undefined : { ...copy.right, stateVersion: record.schema };
    } catch {
      return undefined;
    }
  }

  /**
   * Makes this state the newest, also in the store: after a rollback it replaces the state of the version that failed.
   *
   * @param save - Where a caller of the runtime wants it saved. Default: the runtime's store.
   */
  async adopt(
    state: KeptState,
    codeHash: string,
    save = this.saveInStore,
  ): Promise<E.Either<ReloadError, void>> {
    this.acknowledge(state, this.startSave());
    if (save === undefined) return E.right(undefined);
    const { plugin } = this;
    const record = { plugin, schema: state.stateVersion, codeHash, state: stateOfText(state) };
    const saved = await save(record)();
    if (E.isLeft(saved)) return saved;
    this.sawRecord(saved.right.seq);
    return E.right(undefined);
  }
}

/** The newest durable state of a plugin, with the number of its record. */
async function loadRecord(
  plugin: string,
  store: StateKeeper,
): Promise<E.Either<ReloadError, (Pick<StateRecord, 'seq'> & { state: KeptState }) | undefined>> {
  const loading = store.load(plugin);
  try {
    const loaded = await loading();
    if (E.isLeft(loaded)) return loaded;
    if (isNone(loaded.right)) return E.right(undefined);
    const { state, schema, seq } = loaded.right.value;
    const copy = stateToText(state);
    return E.isLeft(copy)
      ? E.left(stateUnreadable(plugin, copy.left))
      : E.right({ seq, state: { ...copy.right, stateVersion: schema } });
  } catch (error) {
    return E.left(stateUnreadable(plugin, messageOf(error)));
  }
}
