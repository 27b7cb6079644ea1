import { SourceMap } from 'node:module';
import type { TextPlace } from '../places/textPlace.js';

/** A source map as compilers write it. */
export interface RawMap {
  readonly mappings: string;
  readonly names: string[];
  readonly sources: string[];
  readonly version: number;
}

/** Makes the source maps of a script: one per step of its compilation, that of the last step first. */
export type MakeMaps = () => readonly RawMap[];

/** A frame of a stack. Its text is the line that a stack shows. */
interface CallSite extends NodeJS.CallSite {
  toString(): string;
}

type PrepareStackTrace = (error: Error, sites: CallSite[]) => unknown;

/** A script whose frames are mapped. */
export interface MappedScript {
  readonly scriptName: string;
  /** How much of its first line is not of the source. */
  readonly headLength: number;
  readonly maps: MakeMaps;
}

interface Script {
  /** Shown in stacks instead of the script's name. */
  readonly path: string;
  readonly headLength: number;
  readonly makeMaps: MakeMaps;
  /** How many modules of this name are alive: two runtimes may have compiled the same text, or one has compiled it again. */
  ownerCount: number;
  /** Undefined until a stack with this script is first read. Few scripts ever need maps, and making them costs a compilation. */
  maps: readonly SourceMap[] | undefined;
}

/** Scripts whose frames are mapped, by script name. */
const scripts = new Map<string, Script>();
/** Removes a script when its last owner is garbage, so that versions that ended leave nothing behind. */
const released = new FinalizationRegistry<string>((name) => {
  const script = scripts.get(name);
  if (script === undefined) return;
  script.ownerCount -= 1;
  if (script.ownerCount === 0) scripts.delete(name);
});
/** Name of the innermost script of each error whose stack was read: the stack shows its path, which all versions share. */
const origins = new WeakMap<Error, string>();
/** Number of runtimes that want mapped stacks: the hook is global, so the last one removes it. */
let usersCount = 0;
/** Our hook while it is in use: tells whether `Error.prepareStackTrace` is still ours. */
let installed: PrepareStackTrace | undefined;
/** The hook that was there before ours: it formats the frames that we mapped. */
let previous: PrepareStackTrace | undefined;

/**
 * Stack traces that show the file and line that a person wrote. V8 ignores the source maps of functions that `vm` compiles. So this puts
 * a hook of its own before the `Error.prepareStackTrace` that is set, and maps the frames of registered scripts.
 */
export const stackTraces = {
  /** Frames of this script are mapped and show `path`, for as long as `owner` is alive. */
  register({ scriptName, headLength, maps }: MappedScript, path: string, owner: object): void {
    const ownerCount = (scripts.get(scriptName)?.ownerCount ?? 0) + 1;
    scripts.set(scriptName, { path, headLength, ownerCount, makeMaps: maps, maps: undefined });
    released.register(owner, scriptName);
  },

  /** Installs the hook, unless another user has. Returns a function that ends this use; the last one removes the hook. */
  use(): () => void {
    usersCount += 1;
    if (usersCount === 1) install();
    let isUsing = true;
    return () => {
      if (!isUsing) return;
      isUsing = false;
      usersCount -= 1;
      if (usersCount === 0) uninstall();
    };
  },

  /** Name of the registered script that an error comes from; undefined when it comes from none, or the hook is not installed. */
  originOf(error: Error): string | undefined {
    // Formats the stack, unless somebody has read it.
    return typeof error.stack === 'string' ? origins.get(error) : undefined;
  },

  /** The place in the source of a place in the running code. Lines and columns count from 1. */
  locate(line: number, column: number, makeMaps: MakeMaps): TextPlace | undefined {
    return originalPlace(
      makeMaps().map((map) => toSourceMap(map)),
      line,
      column,
    );
  },
};

function install(): void {
  previous = current();
  installed = (error, sites) => {
    const mapped = sites.filter(isWritten).map(mapSite);
    const origin = sites.map((site) => site.getFileName() ?? '').find((name) => scripts.has(name));
    if (origin !== undefined) origins.set(error, origin);
    return previous === undefined ? plainStack(error, mapped) : previous(error, mapped);
  };
  Error.prepareStackTrace = installed;
}

/** When somebody has put a hook before ours, ours stays: without registered scripts it changes nothing. */
function uninstall(): void {
  if (current() !== installed) return;
  if (previous === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
  else Error.prepareStackTrace = previous;
}

/** Read with `Reflect`, because its type wrongly says that it is always set. */
function current(): PrepareStackTrace | undefined {
  const found: unknown = Reflect.get(Error, 'prepareStackTrace');
  return isPrepareStackTrace(found) ? found : undefined;
}

function isPrepareStackTrace(value: unknown): value is PrepareStackTrace {
  return typeof value === 'function';
}

function plainStack(error: Error, sites: readonly CallSite[]): string {
  return [headline(error), ...sites.map((site) => `    at ${site.toString()}`)].join('\n');
}

function headline(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}

/** False for what the compiler puts before a script's first line. */
function isWritten(site: CallSite): boolean {
  if (site.getLineNumber() !== 1) return true;
  const script = scripts.get(site.getFileName() ?? '');
  return script === undefined || (site.getColumnNumber() ?? Infinity) > script.headLength;
}

function mapSite(site: CallSite): CallSite {
  const name = site.getFileName();
  const script = typeof name === 'string' ? scripts.get(name) : undefined;
  if (script === undefined || typeof name !== 'string') return site;
  script.maps ??= script.makeMaps().map((map) => toSourceMap(map));
  const line = site.getLineNumber() ?? 1;
  const columnInCode = site.getColumnNumber() ?? 1;
  const column = line === 1 ? columnInCode - script.headLength : columnInCode;
  const place = originalPlace(script.maps, line, column) ?? { line, column };
  // A stack names a script by its URL.
  const shown = site
    .toString()
    .replace(
      `${site.getScriptNameOrSourceURL() ?? name}:${line}:${columnInCode}`,
      `${script.path}:${place.line}:${place.column}`,
    );
  const answers: Readonly<Record<string, unknown>> = {
    getFileName: () => script.path,
    getScriptNameOrSourceURL: () => script.path,
    getLineNumber: () => place.line,
    getColumnNumber: () => place.column,
    toString: () => shown,
  };
  return new Proxy(site, {
    get(target, key) {
      const answer =
        typeof key === 'string' && Object.hasOwn(answers, key) ? answers[key] : undefined;
      if (answer !== undefined) return answer;
      const own: unknown = Reflect.get(target, key);
      return typeof own === 'function'
        ? (...args: unknown[]): unknown => Reflect.apply(own, target, args)
        : own;
    },
  });
}

function toSourceMap({ mappings, names, sources, version }: RawMap): SourceMap {
  // The type demands the other fields. Nothing here reads them.
  return new SourceMap({
    file: '',
    sourceRoot: '',
    sourcesContent: [],
    mappings,
    names,
    sources,
    version,
  });
}

/** Follows a place through the maps, one after the other. Undefined when one of them does not have it. */
function originalPlace(
  maps: readonly SourceMap[],
  line: number,
  column: number,
): TextPlace | undefined {
  let place: TextPlace = { line, column };
  for (const map of maps) {
    const entry = map.findEntry(place.line - 1, place.column - 1);
    if (!('originalLine' in entry)) return undefined;
    place = { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  }
  return place;
}
