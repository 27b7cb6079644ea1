import type { Either } from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../../model/reload/ReloadError.js';
import type { ReloadEvent } from '../../../model/reload/ReloadEvent.js';
import type { StateRecord, UnsavedState } from '../../../model/reload/StateStore.js';
import type { WatchEvent } from '../../../model/events/WatchEvent.js';
import type { PluginProgram } from './PluginProgram.js';

/** The state that each simulated plugin keeps: a count of its calls, and something to tell states apart by. */
export interface PluginState {
  readonly plugin: string;
  readonly count: number;
  /** The program that served when it was saved. */
  readonly by: number;
}

/** What a call was answered with. */
export interface CallAnswer {
  readonly program: number;
  readonly count: number;
}

/** One instance of a plugin's code that was run. */
export interface Instance {
  readonly plugin: string;
  readonly program: PluginProgram;
  /** The version that `start` was given; 0 before. */
  version: number;
  count: number;
  /** The text of the state that it took over. */
  restored: string | undefined;
  /** Calls that have entered and not been answered. */
  callCount: number;
  isStopped: boolean;
}

/** What can be seen of a run at its ports. Each check takes what it needs. */
export interface Witness {
  subscribed?(): void;
  /** The host is gone, by a crash, or closed in order; or the pipeline is about to be ended. */
  ending?(how: 'crash' | 'close'): void;
  event?(event: ReloadEvent): void;
  ended?(how: string): void;
  sourceEvent?(event: WatchEvent, plugins: readonly string[]): void;
  /** A reload that the pipeline ordered, until it settled or was called off. */
  reloadEntered?(plugin: string): void;
  reloadLeft?(plugin: string): void;
  saveBegun?(record: UnsavedState): void;
  saveEnded?(record: UnsavedState, result: Either<ReloadError, StateRecord>): void;
  corruptTold?(path: string): void;
  evaluated?(instance: Instance): void;
  restored?(instance: Instance, text: string): void;
  started?(instance: Instance): void;
  stopped?(instance: Instance): void;
  called?(plugin: string, order: number): void;
  answered?(plugin: string, order: number, answer: CallAnswer): void;
  refused?(plugin: string, order: number, reason: string): void;
  /** The wall clock was set, by so much. */
  clockSet?(byMs: number): void;
  /** A person ordered it. */
  removed?(plugin: string): void;
  written?(plugin: string, program: PluginProgram | undefined): void;
  /** A bit of a plugin's newest record flipped while the host was down. */
  rotted?(plugin: string, seq: number, path: string): void;
  rolledBack?(plugin: string, to: number, isDone: boolean): void;
  /** What serves now, by plugin; after each step. */
  stepped?(serving: ReadonlyMap<string, number>): void;
  /** Faults have ended, nothing is changed, and everything had its time. */
  quiet?(): void;
}
