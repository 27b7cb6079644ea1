import vm from 'node:vm';
import type { CompilationCache, CompiledText } from '../evaluate/CompiledModule.js';
import { uncached } from '../evaluate/uncached.js';

const COMMENTS = /\/\*[^]*?\*\/|\/\/.*$/gm;
const OWN_REQUIRE = /\brequire\(\s*(['"])(\.{1,2}\/[^'"\n]+\.(?:cjs|json))\1\s*\)/g;

/**
 * A `.cjs` file in the linker's form, so that it is reloaded like the modules around it. What it requires by a relative path that ends
 * in `.cjs` or `.json` is loaded before it runs, and reloaded with it; anything else Node's own `require` answers. Runs in strict mode.
 */
export function commonjsText(source: string): CompiledText {
  const plain = source.replaceAll(COMMENTS, '');
  const imports = [...new Set([...plain.matchAll(OWN_REQUIRE)].map(([, , own = '']) => own))];
  const loads = imports.map(
    (own) => `own.set(${JSON.stringify(own)}, await __vite_ssr_import__(${JSON.stringify(own)}));`,
  );
  // One line of its own, which does not count: what was written keeps its lines and columns.
  const before = [
    'const { createRequire } = await __vite_ssr_import__("node:module");',
    'const { filename, dirname } = __vite_ssr_import_meta__, own = new Map();',
    // As with `import`: what is not installed beside the plugin, the program that runs may have.
    'const hosts = [filename, `${process.cwd()}/main.js`, process.argv[1] ?? filename].map((base) => createRequire(base));',
    'const finds = (host, id) => { try { return host.resolve(id) !== ""; } catch { return false; } };',
    'const host = (id) => { const one = hosts.find((one) => finds(one, id)); return one === undefined ? missed(id) : one(id); };',
    // Newer versions of Node have so many frames of their own there that who asked would be cut off.
    'const missed = (id) => { try { return hosts[0](id); } catch (error) { Error.captureStackTrace(error, require); throw error; } };',
    'const module = { exports: {}, id: filename, filename, path: dirname, loaded: false, children: [], paths: [] };',
    'Object.defineProperty(__vite_ssr_exports__, "default", { enumerable: true, get: () => module.exports });',
    ...loads,
    'const require = Object.assign((id) => own.has(id) ? own.get(id).default : host(id), hosts[0]);',
    '(function (exports, require, module, __filename, __dirname) {',
  ].join(' ');
  const after = [
    '}).call(module.exports, module.exports, require, module, filename, dirname);',
    'module.loaded = true;',
    'for (const name of Object.keys(Object(module.exports))) if (name !== "default")',
    '  Object.defineProperty(__vite_ssr_exports__, name, { enumerable: true, get: () => module.exports[name] });',
  ].join('\n');
  return { code: `${before}\n${source}\n${after}`, headLineCount: 1, imports, dynamicImports: [] };
}

const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

/**
 * Throws what the engine says of the syntax of a `.cjs` file, by the file's own lines. Without what is around it when it runs: of a text
 * that ends too early the engine would blame that, and one that ends too late would break out of it.
 */
export function checkCommonjs(source: string, scriptName: string, cache: CompilationCache): void {
  const check = () =>
    vm.compileFunction(`"use strict";\n${source}`, PARAMETERS, {
      filename: scriptName,
      lineOffset: -1,
    });
  if (cache === 'leave') check();
  else uncached(check);
}

/** The text with its `#!` line, which only a program may begin with, as a comment; lines and columns stay as they are. */
export function withoutHashbang(source: string): string {
  return source.startsWith('#!') ? `//${source.slice(2)}` : source;
}
