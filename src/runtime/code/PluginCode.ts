import type { EncodedState } from '../protocol/stateText.js';
import type { ModuleGraph } from '../../modules/ModuleGraph.js';
import type { ReadManifest } from '../manifest/readManifest.js';

/** A state, and the version of the plugin's state format that it has. */
export interface KeptState extends EncodedState {
  readonly stateVersion: number;
}

/** A state that goes over as it is, without a copy; `kept` is what the store got of it. */
interface HandedState {
  readonly stateVersion: number;
  readonly reference: { readonly value: unknown };
  readonly kept: KeptState | undefined;
}

/** What the next version takes over. */
export type TakenState = KeptState | HandedState;

/** The code of a plugin as it was at one time, ready to run. */
export interface PluginCode {
  readonly manifest: ReadManifest;
  readonly graph: ModuleGraph;
  /** Of all files of the graph, in hex. */
  readonly codeHash: string;
}

/** Code that has served, or is about to. Numbers rise by one from 1. */
export interface PluginVersion extends PluginCode {
  readonly number: number;
  /** What was saved when this version was last replaced: rollback restores the pair. */
  readonly savedState: KeptState | undefined;
}

/** The copy of a state that was kept, if it was. */
export function keptOf(state: TakenState | undefined): KeptState | undefined {
  return state !== undefined && 'reference' in state ? state.kept : state;
}

/** The `state-version` of a manifest; 1 when it says none. */
export function stateVersionOf({ manifest }: ReadManifest): number {
  return manifest['state-version'] ?? 1;
}
