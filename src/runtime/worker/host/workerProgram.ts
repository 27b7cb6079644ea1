import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { createModuleCompiler } from '../../../modules/buildGraph.js';
import type { RunnableText } from '../../../modules/evaluateGraph.js';

/** What a worker's thread runs: a file, or a text with the data that it needs. */
export interface WorkerProgram {
  readonly entry: URL | string;
  readonly isText: boolean;
  readonly data: CompiledSources | undefined;
}

type SourceText = Pick<RunnableText, 'code' | 'parameters' | 'outline'>;

/** The thread's own sources in runnable form, by URL. They import each other and Node's modules, and no package. */
interface CompiledSources {
  readonly entry: string;
  readonly modules: Readonly<Record<string, SourceText>>;
}

/** Node defines these globals for a worker that runs a text. A plugin must not see them. */
const WITHOUT_GLOBALS_OF_TEXTS =
  "for (const name of ['require', 'module', 'exports', '__filename', '__dirname']) delete globalThis[name];";

/** The program is the same for all workers of the process. */
let program: Promise<WorkerProgram> | undefined;

/** The built file of the thread. When hotpipe runs from its sources, as in its tests, a thread cannot load those: they are compiled. */
export function workerProgram(): Promise<WorkerProgram> {
  return (program ??= findProgram());
}

async function findProgram(): Promise<WorkerProgram> {
  const isBuilt = !import.meta.url.endsWith('.ts');
  if (isBuilt) {
    const entry = new URL('../thread/workerMain.js', import.meta.url);
    return hasInputType(process.execArgv, process.env.NODE_OPTIONS)
      ? { entry: textThatLoads(entry), isText: true, data: undefined }
      : { entry, isText: false, data: undefined };
  }
  const data = await compileSources(new URL('../thread/workerMain.ts', import.meta.url));
  return { entry: LINK_SOURCES, isText: true, data };
}

/**
 * Whether the host was started with `--input-type`, as from standard input or with `-e`. A thread has the flags of its host, and Node
 * refuses to start a file under this one. The thread could be given a list of flags without it, but Node refuses a list with any flag of V8
 * or of the process, and adds `NODE_OPTIONS` to it again. A text is free of all that: it may be started under any flags.
 */
function hasInputType(execArgv: readonly string[], nodeOptions: string | undefined): boolean {
  const flags = [...execArgv, ...(nodeOptions ?? '').split(/[\s"]+/)];
  return flags.some((flag) => /^--input[-_]type(=|$)/.test(flag));
}

/** A program that loads the file. It is valid as CommonJS and as a module, since `--input-type` decides which of the two it is. */
function textThatLoads(entry: URL): string {
  return `${WITHOUT_GLOBALS_OF_TEXTS}\nimport(${JSON.stringify(entry.href)});`;
}

/** Compiles a source file and all that it imports. */
async function compileSources(entry: URL): Promise<CompiledSources> {
  const compiler = createModuleCompiler('leave');
  const modules: Record<string, SourceText> = {};
  const waiting = [entry.href];
  for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
    if (url in modules) continue;
    const path = fileURLToPath(url);
    const compiled = await compiler.compile(path, readFileSync(path, 'utf8'));
    if (E.isLeft(compiled)) throw new Error(`${path}: ${compiled.left[0]?.reason ?? ''}`);
    const { form, imports } = compiled.right;
    if (form.kind !== 'script') throw new Error(`${path} is not a script`);
    const { code, parameters, outline } = form;
    modules[url] = { code, parameters, outline };
    for (const specifier of imports) {
      if (!isBuiltin(specifier)) waiting.push(sourceUrl(specifier, url));
    }
  }
  return { entry: entry.href, modules };
}

function sourceUrl(specifier: string, importer: string): string {
  if (!specifier.startsWith('.'))
    throw new Error(`${importer} imports ${specifier}: a worker starts without packages`);
  return new URL(specifier.replace(/\.js$/, '.ts'), importer).href;
}

/**
 * Links and runs `CompiledSources`, as plain JavaScript. It supports no cycles and no `export *`, which our own sources do without.
 * Plugins are linked by `evaluateGraph`, which is one of these sources.
 */
const LINK_SOURCES = `
const { workerData: { entry, modules } } = require('node:worker_threads');
const { fileURLToPath } = require('node:url');
const { dirname } = require('node:path');
${WITHOUT_GLOBALS_OF_TEXTS}
const running = new Map();
const run = (url) => {
  if (!running.has(url)) running.set(url, start(url));
  return running.get(url);
};
const start = async (url) => {
  const { code, parameters, outline } = modules[url];
  const filename = fileURLToPath(url);
  const load = ({ specifier }) =>
    specifier.startsWith('.') ? run(new URL(specifier.replace(/\\.js$/, '.ts'), url).href) : import(specifier);
  const targets = [];
  for (const request of outline.requests) targets.push(await load(request));
  const imports = {};
  for (const { request, name, local } of outline.imports) {
    const target = targets[request];
    Object.defineProperty(imports, local, { get: () => (name === undefined ? target : target[name]) });
  }
  const exported = {};
  const pass = (name, get) => Object.defineProperty(exported, name, { get, enumerable: true });
  for (const { request, name, exported: as } of outline.passedExports) {
    pass(as, () => (name === undefined ? targets[request] : targets[request][name]));
  }
  const scope = {
    meta: { url, filename, dirname: dirname(filename) },
    import: (specifier) => import(specifier),
    nameDefault: () => undefined,
    export: (getters) => getters.forEach((get, at) => pass(outline.ownExports[at].exported, get)),
  };
  const body = new Function(...parameters, code + '\\n//# sourceURL=' + filename)(scope, imports)();
  await body.next();
  await body.next();
  return exported;
};
run(entry);
`;
