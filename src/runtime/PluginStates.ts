import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../model/ReloadError.js';
import type { SaveState } from '../model/ReloadTarget.js';
import type { PluginInstance } from './PluginInstance.js';
import { keptOf, type KeptState, type PluginCode, type TakenState } from './PluginVersion.js';
import type { StateKeeper } from './StateKeeper.js';
import { loadState, saveState, type HandOver } from './transferState.js';

/** The states of one plugin, over all its versions, and also while it is not loaded. */
export class PluginStates {
  /** The newest that was acknowledged here. */
  #newest: KeptState | undefined;
  /** Saves are counted as they start: one that was given up may end after those that came later. */
  #startedCount = 0;
  /** The one that the newest state is from. */
  #newestFrom = 0;

  constructor(
    readonly plugin: string,
    readonly store: StateKeeper | undefined,
  ) {}

  /** Asks what serves for its state and keeps it, by `save` or else the store; undefined when it has none to give. */
  async save(
    instance: PluginInstance,
    code: PluginCode,
    save: SaveState | undefined,
    handOver: HandOver = 'copy',
  ): Promise<E.Either<ReloadError, TakenState | undefined>> {
    const turn = this.#start();
    const keep = save ?? this.store?.save.bind(this.store);
    const saved = await saveState(instance, code, keep, handOver);
    const kept = E.isRight(saved) ? keptOf(saved.right) : undefined;
    if (kept !== undefined) this.#acknowledge(kept, turn);
    return saved;
  }

  /** The newest acknowledged state: what was saved here, or else what the store holds. */
  async newest(): Promise<E.Either<ReloadError, KeptState | undefined>> {
    if (this.#newest !== undefined || this.store === undefined) return E.right(this.#newest);
    const loaded = await loadState(this.plugin, this.store);
    if (E.isRight(loaded)) this.#newest ??= loaded.right?.state;
    return E.isLeft(loaded) ? loaded : E.right(this.#newest);
  }

  /** From now on this one is the newest, as after a rollback. */
  async adopt(state: KeptState, codeHash: string): Promise<E.Either<ReloadError, void>> {
    this.#acknowledge(state, this.#start());
    if (this.store === undefined) return E.right(undefined);
    const { plugin } = this;
    const json: unknown = JSON.parse(state.text);
    const record = { plugin, schema: state.stateVersion, codeHash, state: json };
    const saved = await this.store.save(record)();
    return E.isLeft(saved) ? saved : E.right(undefined);
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
