/** What is wrong with the code of a plugin. It is part of the file's content, so only new content can fix it. */
export type ProgramFault =
  | 'syntax'
  | 'evaluateThrows'
  | 'evaluateHangs'
  | 'startThrows'
  | 'startHangs'
  | 'unhealthy'
  | 'restoreThrows'
  | 'stopThrows'
  | 'saveThrows'
  | 'saveHangs'
  /** Each call of `bump`, or each of `bumpSlowly`, is rejected. */
  | 'bumpThrows'
  | 'slowBumpThrows'
  /** Its health is good when it starts, and bad later. */
  | 'sickens';

/**
 * `static`: by a name in the code. `computed`: by a name that only the running code knows. `linked`: by a name in the code that leads through
 * the link `current`, to the part of a release. `nearest`: by a name without an extension, which means another file before the part.
 */
export type ImportKind = 'static' | 'computed' | 'linked' | 'nearest';

/** When the code of a program may end its thread. */
export type ExitMoment = 'load' | 'restoreState' | 'saveState' | 'init' | 'call' | 'idle';

/** The source code of a simulated plugin: its file holds this as JSON. */
export interface PluginProgram {
  /** Identifies the content. Each program of a run has its own id, and a newer one has a higher id. */
  readonly id: number;
  /** How long the plugin's `start` takes, in milliseconds of virtual time; 0 returns at once. */
  readonly startMs: number;
  /** What is wrong with the code. Left out: nothing. */
  readonly fault?: ProgramFault;
  /** Whether it imports its part, the second file of each plugin: by name, or by a name that it computes. Left out: it does not. */
  readonly imports?: ImportKind;
  /** `state-version` of the manifest that belongs to it. Left out: 1. */
  readonly format?: number;
  /** Which states its `migrate` converts: those of older formats, or those of any format. Left out: it has no `migrate`. */
  readonly migrates?: 'up' | 'any';
  /** First number of the `version` in its manifest. Left out: 1. */
  readonly release?: number;
  /** The plugins that it depends on, each with a range of versions, `^1.0.0` or `>=1.0.0`. Left out: none. */
  readonly needs?: Readonly<Record<string, string>>;
  /** Whether its manifest says `swap = "stop-first"`. Left out: it does not. */
  readonly stopsFirst?: true;
  /** Whether its manifest says `mode = "worker"`. Left out: it runs in the host's thread. */
  readonly inWorker?: true;
  /** When its code ends its thread, each time: at one of these functions, or soon after its start. Of programs in workers alone. */
  readonly exitsAt?: ExitMoment;
}

/** What the files of a plugin hold. */
export interface PluginContent {
  /** Undefined: half of a save, or no file. */
  readonly program: PluginProgram | undefined;
  /** What its part holds; undefined: that file is gone. */
  readonly part: number | undefined;
  /** What the part of the release holds that its link leads to; undefined: the link leads nowhere, or there is none. */
  readonly linked: number | undefined;
  /** What the file holds that is looked for before its part; undefined: there is none. */
  readonly nearer?: number | undefined;
}

/** What the content's program imports; undefined where it imports nothing, or what is not there. */
export function importedPart({ program, part, linked, nearer }: PluginContent): number | undefined {
  if (program?.imports === undefined) return undefined;
  if (program.imports === 'nearest') return nearer ?? part;
  return program.imports === 'linked' ? linked : part;
}

/** The format of the state that a program saves. */
export function formatOf({ format = 1 }: PluginProgram): number {
  return format;
}

/** Whether a program brings a state from one format to another one. */
export function canMigrate({ migrates }: PluginProgram, from: number, to: number): boolean {
  return migrates === 'any' || (migrates === 'up' && from < to);
}

/** Whether a program is of a version in the range. */
export function isInRange({ release = 1 }: PluginProgram, range: string): boolean {
  const wanted = Number(/\d+/.exec(range)?.[0]);
  return range.startsWith('^') ? release === wanted : release >= wanted;
}

/** The link of a plugin that leads to its current release. */
export const LINK = 'current';
/** Name of the second file of each plugin. It holds a number that identifies its content, as JSON. */
export const PART_FILE = 'part.js';
/** Where it is there, an import of `./part` means it, and not the part. */
export const NEARER_FILE = 'part.ts';

/** The text of the plugin's file. A syntax error is a text that is cut short. */
export function encodeProgram(program: PluginProgram): string {
  const text = JSON.stringify(program);
  return program.fault === 'syntax' ? text.slice(0, -1) : text;
}

/** Undefined for a text that is cut short: a syntax error, or the first half of a save. */
export function decodeProgram(text: string): PluginProgram | undefined {
  try {
    const program: unknown = JSON.parse(text);
    return isProgram(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

function isProgram(value: unknown): value is PluginProgram {
  return typeof value === 'object' && value !== null && 'id' in value && 'startMs' in value;
}
