import { SourceMap } from 'node:module';
import type { TextPlace } from '../places/textPlace.js';

/** A source map as a compiler gives it. */
export interface RawMap {
  readonly mappings: string;
  readonly names: string[];
  readonly sources: string[];
  readonly version: number;
}
export type MakeMaps = () => readonly RawMap[];
/** A frame; its text is what a stack shows. */
interface CallSite extends NodeJS.CallSite {
  toString(): string;
}
type PrepareStackTrace = (error: Error, sites: CallSite[]) => unknown;
interface Script {
  readonly path: string;
  readonly makeMaps: MakeMaps;
  maps: readonly SourceMap[] | undefined;
}

const scripts = new Map<string, Script>();
const dropped = new FinalizationRegistry<string>((name) => scripts.delete(name));
let users = 0;
let installed: PrepareStackTrace | undefined;
let previous: PrepareStackTrace | undefined;

/**
 * Stack traces that name the file and line that a person wrote. V8 ignores source maps of compiled functions, so this chains itself
 * in front of `Error.prepareStackTrace`, whoever set it, and makes a map when a stack with that script is first read.
 */
export const stackTraces = {
  /** Stacks of this script show `path`, for as long as `owner` is alive. */
  register(scriptName: string, path: string, makeMaps: MakeMaps, owner: object): void {
    scripts.set(scriptName, { path, makeMaps, maps: undefined });
    dropped.register(owner, scriptName);
  },

  /** Counts users: the first installs the hook, the last that ends its use takes it away. */
  use(): () => void {
    users += 1;
    if (users === 1) install();
    let isUsing = true;
    return () => {
      if (!isUsing) return;
      isUsing = false;
      users -= 1;
      if (users === 0) uninstall();
    };
  },

  /** Where a place of the running code (line and column from 1) was written. */
  locate(line: number, column: number, makeMaps: MakeMaps): TextPlace | undefined {
    return follow(
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
    return previous === undefined ? plainStack(error, mapped) : previous(error, mapped);
  };
  Error.prepareStackTrace = installed;
}

/** Somebody may have chained in front of us since; then ours stays and changes nothing. */
function uninstall(): void {
  if (current() !== installed) return;
  if (previous === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
  else Error.prepareStackTrace = previous;
}

/** Read by name: its type says that it is always there, and it is not. */
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

/** Not a line that the runtime put before a script's first. */
function isWritten(site: CallSite): boolean {
  const line = site.getLineNumber();
  return line === null || line > 0 || !scripts.has(site.getFileName() ?? '');
}

function mapSite(site: CallSite): CallSite {
  const name = site.getFileName();
  const script = typeof name === 'string' ? scripts.get(name) : undefined;
  if (script === undefined || typeof name !== 'string') return site;
  script.maps ??= script.makeMaps().map((map) => toSourceMap(map));
  const line = site.getLineNumber() ?? 1;
  const column = site.getColumnNumber() ?? 1;
  const place = follow(script.maps, line, column) ?? { line, column };
  const shown = site
    .toString()
    .replace(`${name}:${line}:${column}`, `${script.path}:${place.line}:${place.column}`);
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
  // What the type asks for beside the mappings is never read here.
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

function follow(maps: readonly SourceMap[], line: number, column: number): TextPlace | undefined {
  let place: TextPlace = { line, column };
  for (const map of maps) {
    const entry = map.findEntry(place.line - 1, place.column - 1);
    if (!('originalLine' in entry)) return undefined;
    place = { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  }
  return place;
}
