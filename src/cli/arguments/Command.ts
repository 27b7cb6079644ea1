import type { CallCommand } from './parseCall.js';
import type { FleetCommand } from './parseFleet.js';
import type { TraceCommand } from './parseTraceCommand.js';

export const BACKENDS = ['chokidar', 'nodeFs', 'polling'] as const;
export const REDACTIONS = ['none', 'paths', 'all'] as const;
export const PRESETS = ['development', 'production'] as const;
export const MANIFESTS = ['required', 'optional'] as const;

export interface WatchCommand {
  readonly _tag: 'watch';
  /** The directory that holds the plugins' folders; for `run`, the file. */
  readonly dir: string;
  /** Whether `dir` is one module of a program, as `run` takes it. */
  readonly isModule?: true;
  /** Whether a plugin needs a manifest. Left out: it does. */
  readonly manifests?: (typeof MANIFESTS)[number];
  /** Whether events are printed as NDJSON. */
  readonly isJson: boolean;
  /** Whether every event is printed, and not only what a save did. */
  readonly isVerbose: boolean;
  /** Whether the terminal is cleared before the lines of a save. */
  readonly isClearing: boolean;
  /** Globs of paths that are not watched, relative to `dir`. */
  readonly excludes: readonly string[];
  /** A shell command that gets each event as JSON on its standard input; undefined: none. */
  readonly onEvent: string | undefined;
  /** The port of the page that shows the run, 0: a free one; undefined: there is none. */
  readonly dashboardPort: number | undefined;
  /** A file that the run is recorded into; undefined: it is not recorded. */
  readonly recordFile: string | undefined;
  /** What the recording hides. */
  readonly redact: (typeof REDACTIONS)[number];
  /** Where state is kept. Undefined: `defaultStateDir`. */
  readonly stateDir: string | undefined;
  readonly backend: (typeof BACKENDS)[number];
  readonly preset: (typeof PRESETS)[number];
  /** Where a plugin runs if its manifest does not say so. */
  readonly mode: 'in-process' | 'worker';
  readonly apiVersion: { readonly major: number; readonly minor: number; readonly patch: number };
}

export interface CheckCommand
  extends Pick<WatchCommand, 'dir' | 'isJson' | 'apiVersion' | 'manifests'> {
  readonly _tag: 'check';
  /** Where the compiled modules are kept. Left out: nowhere. Without a directory: under `defaultStateDir`. */
  readonly compile?: { readonly stateDir: string | undefined };
  /** As the option `shared` of the plugins' host. */
  readonly shared?: readonly string[];
}

interface DoctorCommand {
  readonly _tag: 'doctor';
  readonly dir: string;
}

export interface NewCommand {
  readonly _tag: 'new';
  /** Path of the folder or file to make; its last part is the plugin's name. */
  readonly path: string;
  readonly language: 'ts' | 'js';
  /** Whether one source file is made, which needs no manifest. */
  readonly isSingle?: true;
}

export interface StatusCommand {
  readonly _tag: 'status';
  /** The directory of the running `watch`; undefined: the one that is found. */
  readonly dir: string | undefined;
}

export interface ExplainCommand {
  readonly _tag: 'explain';
  /** A plugin's name, or a path. */
  readonly word: string;
  /** The directory of the running `watch`; undefined: the one that is found. */
  readonly dir: string | undefined;
  /** The recorded run that is asked in place of a running one. */
  readonly traceFile: string | undefined;
  /** Whether the whole answer is printed as JSON. */
  readonly isJson: boolean;
}

export type Command =
  | WatchCommand
  | CheckCommand
  | DoctorCommand
  | NewCommand
  | CallCommand
  | ExplainCommand
  | StatusCommand
  | TraceCommand
  | FleetCommand
  | { readonly _tag: 'help' }
  | { readonly _tag: 'version' };
