import type { StateStore } from '../../model/reload/StateStore.js';
import type { ReadManifest } from '../manifest/readManifest.js';
import type { EncodedState } from './stateText.js';

/** What the runtime needs of a state store: any `StateStore` fits. */
export type StateKeeper = Pick<StateStore, 'save' | 'load'>;

/** A state, and the version of the plugin's state format that it has. */
export interface KeptState extends EncodedState {
  readonly stateVersion: number;
}

/** A state that is handed over as the very object, without a copy; `kept` is the copy that the store got. */
interface HandedState {
  readonly stateVersion: number;
  readonly reference: { readonly value: unknown };
  readonly kept: KeptState | undefined;
}

/** What the next version takes over. */
export type TakenState = KeptState | HandedState;

/** The copy of a state that was kept, if it was. */
export function keptOf(state: TakenState | undefined): KeptState | undefined {
  return state !== undefined && 'reference' in state ? state.kept : state;
}

/** The `state-version` of a manifest; 1 when it says none. */
export function stateVersionOf({ manifest }: ReadManifest): number {
  return manifest['state-version'] ?? 1;
}
