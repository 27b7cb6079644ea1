import type { MessagePort } from 'node:worker_threads';
import type { RunnableText } from '../../../modules/evaluate/CompiledModule.js';
import type { LifecycleName } from '../../instances/PluginInstance.js';
import type { Resolution } from '../../../modules/resolve/resolveModule.js';
import type { EncodedThrown } from './thrown.js';

/**
 * Calls and answers are many, so they travel in flat arrays: number of the call, name of the function, count of arguments, and these one
 * by one; and back number, `answers`, what was returned or thrown. All else is rare, and a message of its own, in its place between them.
 */
export type Batch = readonly unknown[];

export const answers = { returned: 0, threw: 1 } as const;

export type HostCommand =
  | { readonly kind: 'load'; readonly id: number; readonly order: LoadOrder }
  | {
      readonly kind: 'lifecycle';
      readonly id: number;
      readonly name: LifecycleName;
      readonly args: readonly unknown[];
    }
  | { readonly kind: 'dispose'; readonly id: number }
  | { readonly kind: 'hurry' }
  | { readonly kind: 'call'; readonly id: number; readonly call: CallWithSignals }
  | { readonly kind: 'abort'; readonly signal: number; readonly reason: EncodedThrown }
  | { readonly kind: 'forget'; readonly signals: readonly number[] }
  | { readonly kind: 'preload'; readonly order: PreloadOrder }
  | { readonly kind: 'added'; readonly files: AddedFiles };

export type WorkerNotice =
  | { readonly kind: 'reported'; readonly error: EncodedThrown }
  | { readonly kind: 'wantsFile'; readonly path: string };

/** What a plugin exports, as its worker answers to `load`. */
export interface LoadedExports {
  readonly exportNames: readonly string[];
  readonly functionNames: readonly string[];
}

/** One module as it goes to a worker. */
export interface SentModule {
  readonly path: string;
  /** Undefined: the worker made it ready already, from what was preloaded. */
  readonly made:
    | (RunnableText & { readonly kind: 'script' })
    | { readonly kind: 'json'; readonly source: string }
    | undefined;
  readonly hash: string;
  readonly resolutions: ReadonlyMap<string, Resolution>;
}

export interface LoadOrder {
  readonly plugin: string;
  readonly version: number;
  readonly entry: string;
  /** What the manifest offers; undefined: whatever is exported. */
  readonly exports: readonly string[] | undefined;
  readonly modules: readonly SentModule[];
}

/** What the next version of a plugin will most likely need too. */
export interface PreloadOrder {
  readonly externals: readonly (readonly [specifier: string, importer: string])[];
  readonly modules: readonly SentModule[];
}

export interface CallWithSignals {
  readonly name: string;
  readonly args: readonly unknown[];
  /** Where signals stood: the index of the argument, and the key in it when it was in an object. */
  readonly signals: readonly SentSignal[];
}

interface SentSignal {
  readonly id: number;
  readonly index: number;
  readonly key: string | undefined;
  /** Set when the signal was aborted before the call. */
  readonly reason: EncodedThrown | undefined;
}

/** A computed import of a plugin that runs: the host answers with the files that come with it. */
export interface AddedFiles {
  readonly path: string;
  readonly modules: readonly SentModule[];
  readonly problem: string | undefined;
}

/** The first message to a worker. */
export interface WorkerStart {
  readonly port: MessagePort;
  readonly questions: QuestionLine;
  /** [beats so far, bytes of buffers, bytes of the heap] of the worker; it writes, the host reads. */
  readonly pulse: Float64Array;
  readonly beatEveryMs: number;
  readonly argv: readonly string[];
  readonly hasStackTraces: boolean;
}

/** The line on which a worker waits for the host's answer without letting go of its turn. */
export interface QuestionLine {
  readonly port: MessagePort;
  /** Rises with each answer. */
  readonly answered: Int32Array;
}

export type Question =
  | { readonly kind: 'resolve'; readonly specifier: string; readonly importer: string }
  | { readonly kind: 'maps'; readonly scriptName: string };
