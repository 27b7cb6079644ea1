import type { MessagePort } from 'node:worker_threads';
import type {
  FileProblem,
  ModuleOutline,
  ModuleText,
  PathMapping,
  RequireProblem,
  RequireTarget,
  Resolution,
} from '../../../modules/evaluateGraph.js';
import type { LifecycleName } from '../../instances/PluginInstance.js';
import type { EncodedThrown } from './thrown.js';

/**
 * Calls and answers are frequent, so they travel in flat arrays. A call is: its number, the name of the function, the count of its
 * arguments, and the arguments. An answer is: the number of the call, one of `answers`, and what was returned or thrown. Everything else
 * is rare: it is a message of its own, and keeps its place between the calls.
 */
export type Batch = readonly unknown[];

export const answers = { returned: 0, threw: 1 } as const;

/** What the host asks of a worker. Commands with an `id` are answered. */
export type HostCommand =
  | { readonly kind: 'load'; readonly id: number; readonly order: LoadOrder }
  | {
      readonly kind: 'lifecycle';
      readonly id: number;
      readonly name: LifecycleName;
      readonly args: readonly unknown[];
    }
  | { readonly kind: 'dispose'; readonly id: number }
  /** The disposal is past its deadline: it goes on without waiting. */
  | { readonly kind: 'hurry' }
  /** A call with abort signals. All other calls travel in batches. */
  | { readonly kind: 'call'; readonly id: number; readonly call: CallWithSignals }
  | { readonly kind: 'abort'; readonly signalId: number; readonly reason: EncodedThrown }
  /** The call of these signals has ended. */
  | { readonly kind: 'forget'; readonly signalIds: readonly number[] }
  | { readonly kind: 'preload'; readonly order: PreloadOrder }
  /** The answer to `wantsFile`. */
  | { readonly kind: 'added'; readonly files: AddedFiles }
  /** The answer to `calls`; `how` is one of `answers`. */
  | { readonly kind: 'called'; readonly id: number; readonly how: number; readonly value: unknown };

/** What a worker tells its host besides answers. */
export type WorkerNotice =
  /** A timer or listener of the plugin threw. */
  | { readonly kind: 'reported'; readonly error: EncodedThrown }
  /** A computed import names a file that the worker does not have. */
  | { readonly kind: 'wantsFile'; readonly path: string }
  /** The plugin calls another one. The host answers with `called`. */
  | {
      readonly kind: 'calls';
      readonly id: number;
      readonly plugin: string;
      readonly fn: string;
      readonly args: readonly unknown[];
    }
  /** The plugin tells something. */
  | { readonly kind: 'emitted'; readonly name: string; readonly payload: unknown };

/** The answer to `load`. */
export interface LoadedExports {
  readonly exportNames: readonly string[];
  readonly functionNames: readonly string[];
}

/** A state as a worker sends it: its JSON text, mostly alone. */
export interface SentState {
  readonly text?: string;
  /** Which part of the state the text does not have. */
  readonly leftOut?: string;
}

/** The state in an answer; empty for the answer of another function. */
export function sentStateOf(answer: unknown): SentState {
  if (typeof answer === 'string') return { text: answer };
  if (typeof answer !== 'object' || answer === null || !('text' in answer)) return {};
  const { text } = answer;
  if (typeof text !== 'string') return {};
  const leftOut = 'leftOut' in answer ? answer.leftOut : undefined;
  return { text, ...(typeof leftOut === 'string' && { leftOut }) };
}

/** A module as it is sent to a worker. */
export interface SentModule {
  readonly path: string;
  /** What the module is made of. Undefined: the worker has it from a preload. */
  readonly made: ModuleText | undefined;
  /** Tells texts, and what they were compiled with, apart. */
  readonly hash: string;
  readonly resolutions: ReadonlyMap<string, Resolution>;
  /** Where each `require` leads whose specifier the text shows. */
  readonly requires: ReadonlyMap<string, RequireTarget>;
  /** Set for a CommonJS module: the names that an `import` can take from it. */
  readonly outline: ModuleOutline | undefined;
  readonly mapping?: PathMapping;
}

/** The version that a worker loads. */
export interface LoadOrder {
  readonly plugin: string;
  readonly version: number;
  readonly entry: string;
  /** Names that may be called, from the manifest. Undefined: all exports but the lifecycle functions. */
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
  /** With `null` in the place of each signal. */
  readonly args: readonly unknown[];
  /** The place of each signal. */
  readonly signals: readonly SentSignal[];
}

interface SentSignal {
  readonly id: number;
  /** Index of the argument. */
  readonly index: number;
  /** Undefined: the argument itself is the signal. */
  readonly key: string | undefined;
  /** Set when the signal was aborted before the call. */
  readonly reason: EncodedThrown | undefined;
}

/** The files that a computed import needs: the one that it names, and all that this one imports. */
export interface AddedFiles {
  readonly path: string;
  readonly modules: readonly SentModule[];
  /** Why there are none. */
  readonly problem: FileProblem | undefined;
}

/** The first message to a worker. */
export interface WorkerStart {
  readonly port: MessagePort;
  readonly questions: QuestionLine;
  /** [beats so far, bytes of buffers, bytes of the heap] of the worker; it writes, the host reads. */
  readonly pulse: Float64Array;
  readonly beatEveryMs: number;
  /** The host's `process.argv`. */
  readonly argv: readonly string[];
  readonly hasStackTraces: boolean;
}

/** The line on which a worker asks its host, blocking until the answer. */
export interface QuestionLine {
  readonly port: MessagePort;
  /** Number of answers so far. The worker waits for it to rise. */
  readonly answered: Int32Array;
}

/** What a worker asks the host and blocks on. */
export type Question =
  | { readonly kind: 'resolve'; readonly specifier: string; readonly importer: string }
  | { readonly kind: 'maps'; readonly scriptName: string }
  /** Where a `require` leads that no text shows. The answer is a `FoundRequire`. */
  | { readonly kind: 'require'; readonly specifier: string; readonly importer: string }
  /** The module of a file. The answer is a `FoundRequire` too, with the file as target. */
  | { readonly kind: 'moduleAt'; readonly path: string };

/** Where a `require` leads, with the modules that the worker does not have yet. */
export interface FoundRequire {
  readonly target: RequireTarget;
  readonly modules: readonly SentModule[];
  /** Why the file cannot be required. */
  readonly problem: RequireProblem | undefined;
}
