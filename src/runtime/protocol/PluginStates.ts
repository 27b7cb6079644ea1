import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { SaveState } from '../../model/reload/ReloadTarget.js';
import type { StateRecord } from '../../model/reload/StateStore.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import { keptOf, type KeptState, type StateKeeper, type TakenState } from './KeptState.js';
import type { PluginCode } from '../code/PluginCode.js';
import type { StageTime } from './createSteps.js';
import { loadState, saveState, type HandOver } from './transferState.js';

/** The states of one plugin, over all its versions, and also while it is not loaded. */
export class PluginStates {
  /** The newest that was acknowledged here. */
  #newest: KeptState | undefined;
  /** Saves are counted as they start: one that was given up may end after those that came later. */
  #startedCount = 0;
  /** The one that the newest state is from. */
  #newestFrom = 0;
  /**
   * The store's records up to this number are not newer. A record that `save` gave counts too: mostly it goes to the same store, and
   * where it does not, the newest state is the one that was kept there, until the store has more.
   */
  #seenSeq = 0;

  constructor(
    readonly plugin: string,
    readonly store: StateKeeper | undefined,
  ) {}

  /** Asks what serves for its state and keeps it, by `save` or else the store; undefined when it has none to give. */
  async save(
    instance: PluginInstance,
    code: PluginCode,
    save: SaveState | undefined,
    time: StageTime,
    handOver: HandOver = 'copy',
  ): Promise<E.Either<ReloadError, TakenState | undefined>> {
    const turn = this.#start();
    const keep = save ?? this.store?.save.bind(this.store);
    const noting: SaveState | undefined = keep && ((record) => this.#noted(keep(record)));
    const saved = await saveState(instance, code, noting, time, handOver);
    const kept = E.isRight(saved) ? keptOf(saved.right) : undefined;
    if (kept !== undefined) this.#acknowledge(kept, turn);
    return saved;
  }

  /** The newest acknowledged state: what was saved here, or what the store got since from others, as by the sink `saveState`. */
  async newest(): Promise<E.Either<ReloadError, KeptState | undefined>> {
    const turn = this.#start();
    if (this.store === undefined) return E.right(this.#newest);
    const loaded = await loadState(this.plugin, this.store);
    // Where all its records are damaged, nothing newer is left than what is known here.
    const isLost = E.isLeft(loaded) && loaded.left._tag === 'StateCorrupt';
    if (E.isLeft(loaded)) {
      return isLost && this.#newest !== undefined ? E.right(this.#newest) : loaded;
    }
    const stored = loaded.right;
    const isNewer = this.#newest === undefined || (stored?.seq ?? 0) > this.#seenSeq;
    if (stored !== undefined && isNewer) {
      this.#saw(stored.seq);
      this.#acknowledge(stored.state, turn);
    }
    return E.right(this.#newest);
  }

  /** From now on this one is the newest, as after a rollback. */
  async adopt(state: KeptState, codeHash: string): Promise<E.Either<ReloadError, void>> {
    this.#acknowledge(state, this.#start());
    if (this.store === undefined) return E.right(undefined);
    const { plugin } = this;
    const json: unknown = JSON.parse(state.text);
    const record = { plugin, schema: state.stateVersion, codeHash, state: json };
    const saved = await this.#noted(this.store.save(record))();
    return E.isLeft(saved) ? saved : E.right(undefined);
  }

  #noted(saving: TE.TaskEither<ReloadError, StateRecord>): TE.TaskEither<ReloadError, StateRecord> {
    return TE.map((record: StateRecord) => {
      this.#saw(record.seq);
      return record;
    })(saving);
  }

  /** Also of a save that ends late: its record may be the store's last one, and is none the newer for that. */
  #saw(seq: number): void {
    this.#seenSeq = Math.max(this.#seenSeq, seq);
  }

  #start(): number {
    this.#startedCount += 1;
    return this.#startedCount;
  }

  #acknowledge(state: KeptState, turn: number): void {
    if (turn < this.#newestFrom) return;
    this.#newest = state;
    this.#newestFrom = turn;
  }
}
