import inspector from 'node:inspector';
import Module from 'node:module';

/** V8 begins to count when the process starts, or never. To ask `process.env` per file takes as long as to hash its text. */
const hasCoverage = (process.env.NODE_V8_COVERAGE ?? '') !== '';
/** Modules that hold the maps in Node's cache of them: one per file, that of its newest text. */
const holders = new Map<string, Module>();

/** Whether a debugger or coverage reads the source maps of what is compiled now. */
export function readsMaps(): boolean {
  return inspector.url() !== undefined || keepsCoverage();
}

export function keepsCoverage(): boolean {
  return hasCoverage;
}

/**
 * Puts the map of a text into the cache that Node writes beside its coverage. Only Node's own loaders fill it, so this has one of them load
 * a text of the same lines that holds nothing but `comment`, which has the map.
 *
 * @source https://nodejs.org/api/cli.html#node_v8_coveragedir: `source-map-cache` and its `lineLengths`
 */
export function keepCoverageMap(path: string, text: string, comment: string): void {
  const holder = new Module(path);
  const compile: unknown = Reflect.get(holder, '_compile');
  if (typeof compile !== 'function') return;
  const lines = text.replace(/[^\n\r\u2028\u2029]/g, ' ').split('\n');
  const blank = [...lines.slice(0, -1), comment].join('\n');
  Reflect.apply(compile, holder, [blank, path, 'commonjs']);
  holders.set(path, holder);
}
