import vm from 'node:vm';
import type { CompilationCache, CompiledText } from '../evaluate/CompiledModule.js';
import { compileWith } from '../evaluate/runnableModule.js';

const COMMENTS = /\/\*[^]*?\*\/|\/\/.*$/gm;
/** A call of `require` with a relative path to a `.cjs` or `.json` file, written as a literal. */
const OWN_REQUIRE = /\brequire\(\s*(['"])(\.{1,2}\/[^'"\n]+\.(?:cjs|json))\1\s*\)/g;

/** The parameters of the function that Node wraps around a CommonJS module. */
const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

/**
 * A `.cjs` file in runnable form, so that it is reloaded like the modules around it. Files that it requires by a relative path that
 * ends in `.cjs` or `.json` are loaded before it runs, and reloaded with it. Node's own `require` loads all others. Runs in strict mode.
 */
export function commonjsText(source: string): CompiledText {
  const plain = source.replaceAll(COMMENTS, '');
  const imports = [...new Set([...plain.matchAll(OWN_REQUIRE)].map(([, , own = '']) => own))];
  const before = [
    '"use strict";void(()=>module$);return function*(){',
    'const { filename, dirname } = module$.meta, own = new Map();',
    'const module = { exports: {}, id: filename, filename, path: dirname, loaded: false, children: [], paths: [] };',
    'module$.export([() => module.exports, () => module.exports]);yield;',
    // As with `import`: a package that is not installed beside the plugin may be installed for the host's program.
    'const hosts = [filename, `${process.cwd()}/main.js`, process.argv[1] ?? filename].map((base) => imports.createRequire(base));',
    'const finds = (host, id) => { try { return host.resolve(id) !== ""; } catch { return false; } };',
    'const host = (id) => { const one = hosts.find((one) => finds(one, id)); return one === undefined ? missed(id) : one(id); };',
    // Newer versions of Node put so many frames of their own on this stack that the plugin's would be cut off.
    'const missed = (id) => { try { return hosts[0](id); } catch (error) { Error.captureStackTrace(error, require); throw error; } };',
    ...imports.map((own, at) => `own.set(${JSON.stringify(own)}, imports.own${at});`),
    'const require = Object.assign((id) => own.has(id) ? own.get(id) : host(id), hosts[0]);',
    '(function (exports, require, module, __filename, __dirname) {',
  ].join(' ');
  const after = [
    '}).call(module.exports, module.exports, require, module, filename, dirname);',
    'module.loaded = true;}',
  ].join('\n');
  return {
    code: `${before}\n${source}\n${after}`,
    headLineCount: 1,
    parameters: ['module$', 'imports'],
    outline: {
      requests: ['node:module', ...imports].map((specifier) => ({ specifier })),
      imports: [
        { request: 0, name: 'createRequire', local: 'createRequire' },
        ...imports.map((_own, at) => ({ request: at + 1, name: 'default', local: `own${at}` })),
      ],
      ownExports: [
        { exported: 'default', local: 'default' },
        { exported: 'module.exports', local: 'module.exports' },
      ],
      passedExports: [],
      starExports: [],
      isAsync: false,
      isOpen: true,
    },
    imports: ['node:module', ...imports],
    dynamicImports: [],
  };
}

/**
 * Throws the engine's error when the syntax of a `.cjs` file is wrong, with the file's own lines. Compiles the file without the code
 * around it: a file that ends too early would be reported at a line of that code, and one with an extra `}` would close its function.
 */
export function checkCommonjs(source: string, scriptName: string, cache: CompilationCache): void {
  compileWith(cache, () =>
    vm.compileFunction(`"use strict";\n${source}`, PARAMETERS, {
      filename: scriptName,
      lineOffset: -1,
    }),
  );
}

/** Turns a first line `#!…`, which is not allowed inside a function, into a comment. Lines and columns stay as they are. */
export function withoutHashbang(source: string): string {
  return source.startsWith('#!') ? `//${source.slice(2)}` : source;
}
