import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { oxcCompiler } from '../../../modules/compile/oxcCompiler.js';

/** TypeScript modules in the linker's form, which import each other and what Node has. */
export interface SourceProgram {
  readonly entry: string;
  readonly modules: Readonly<Record<string, string>>;
}

/** Compiles a file and what it imports, so that a thread can run it without a loader for TypeScript. */
export function sourceProgram(entry: URL): SourceProgram {
  const modules: Record<string, string> = {};
  const waiting = [entry.href];
  for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
    if (url in modules) continue;
    const path = fileURLToPath(url);
    const compiled = oxcCompiler.compile(path, readFileSync(path, 'utf8'));
    if (E.isLeft(compiled)) throw new Error(`${path}: ${compiled.left[0]?.reason ?? ''}`);
    modules[url] = compiled.right.code;
    for (const specifier of compiled.right.imports) {
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
 * The program's start, as plain JavaScript: it links modules that have no circles, which is all that our own need. Plugins are linked by
 * `linkGraph`, which is one of these modules.
 */
export const startSource = `
const { workerData: { entry, modules } } = require('node:worker_threads');
const { fileURLToPath } = require('node:url');
const { dirname } = require('node:path');
const AsyncFunction = (async () => {}).constructor;
// A text has what a file has not: a plugin is to find none of it.
for (const name of ['require', 'module', 'exports', '__filename', '__dirname']) delete globalThis[name];
const running = new Map();
const run = (url) => {
  if (!running.has(url)) running.set(url, start(url));
  return running.get(url);
};
const start = async (url) => {
  const exported = {};
  const filename = fileURLToPath(url);
  const load = (specifier) =>
    specifier.startsWith('.') ? run(new URL(specifier.replace(/\\.js$/, '.ts'), url).href) : import(specifier);
  const body = new AsyncFunction(
    '__vite_ssr_exports__', '__vite_ssr_import_meta__', '__vite_ssr_import__', '__vite_ssr_dynamic_import__', '__vite_ssr_exportAll__',
    '"use strict";' + modules[url] + '\\n//# sourceURL=' + filename,
  );
  await body(exported, { url, filename, dirname: dirname(filename) }, load, (specifier) => import(specifier));
  return exported;
};
run(entry);
`;
