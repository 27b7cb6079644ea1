import { GENERATIONS_COUNT } from '../setup/Setup.js';

/** How many saves are remembered: more than the store keeps. */
export const REMEMBERED_COUNT = 2 * GENERATIONS_COUNT;

/** What is known of a plugin's state. Each state is held as its JSON text. */
export interface States {
  /** Acknowledged saves, oldest first. */
  acknowledged: readonly {
    readonly seq: number;
    readonly text: string;
    readonly format: number;
  }[];
  /** States whose save was begun and that a program reads, by its format. */
  byFormat: Map<number, Set<string>>;
  /** States whose save was tried since then: they may be on the disk. */
  tried: Set<string>;
  /** States of the latest saves, whether the saves succeeded or not. */
  latest: readonly string[];
  /** Whether this host has acknowledged a save. */
  isKnown: boolean;
  /** Acknowledged saves since the attempt began. */
  savesInAttempt: number;
  /** Whether the host was told since then that the version does not give its state, by its own fault. */
  isNotGivenTold: boolean;
  /** Whether a person ordered a version together with the state that was saved under it. */
  isReplacing: boolean;
  /** The newest acknowledged state that was saved while each version served, by version. */
  byVersion: Map<number, string>;
  /** The state that the rollback restored. */
  rolledBackTo: string | undefined;
  /** The state that was saved under the version that was ordered. */
  expected: string | undefined;
}

export function noStates(): States {
  return {
    acknowledged: [],
    byFormat: new Map(),
    tried: new Set(),
    latest: [],
    isKnown: false,
    savesInAttempt: 0,
    isNotGivenTold: false,
    isReplacing: false,
    byVersion: new Map(),
    rolledBackTo: undefined,
    expected: undefined,
  };
}
