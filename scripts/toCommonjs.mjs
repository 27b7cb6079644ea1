import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { transform } from 'esbuild';
import { parseSync, Visitor } from 'oxc-parser';

/** As long as `import`: what a source map says of the columns behind it stays right. */
const IMPORT = 'loadIt';
/** Modules are strict. A script of kept code cannot import anything on Node 20, so what loads it gives it an `import()`: see `KeptProgram`. */
const HEAD = `"use strict";const import_meta_url=require("node:url").pathToFileURL(__filename).href,${IMPORT}=require.importModule??((name,options)=>import(name,options));\n`;
const SHEBANG = /^#!.*\n/;
const REQUIRE = /\brequire\("([^"]+)"\)/g;
const OWN_IMPORT = new RegExp(`\\b${IMPORT}\\("\\./([^"]+)"\\)`, 'g');
/** The file with the packages that files import outside of functions. */
const PACKAGES = 'packages.js';
const PACKAGES_TEXT = `${HEAD}// Packages may be modules. Not every host can require those (Plug'n'Play), so they are imported before a file runs that needs them.
const found = new Map();
exports.get = (name) => found.get(name);
exports.load = (names) => Promise.all(names.map(async (name) => found.set(name, await ${IMPORT}(name))));
`;

/**
 * Makes the files of one folder CommonJS: Node starts a program of those without its loader of modules, and only of a script can the compiled
 * code be kept on Node 20. The bundler cannot do it itself: it makes chunks of modules only.
 *
 * @param program - Its files, relative to `root`: each with its source map in it.
 * @param main - The file that loads the program. Node itself loads it.
 */
export async function toCommonjs(root, program, main) {
  const folder = join(root, dirname(main));
  const made = new Map(
    await Promise.all(
      [main, ...program].map(async (file) => {
        const { code, ...rest } = await commonjsOf(root, file);
        return [basename(file), { code: file === main ? code : withGivenImport(code), ...rest }];
      }),
    ),
  );
  const packages = new Map([...made].map(([name, { code }]) => [name, packagesOf(code)]));
  for (const [name, { code, map, shebang }] of made) {
    const body = code
      .replaceAll(REQUIRE, (found, of) => required(found, of, name, packages))
      .replaceAll(OWN_IMPORT, (found, of) => imported(found, of, packages));
    const path = join(folder, name);
    const { mode } = statSync(path);
    writeFileSync(path, `${shebang}${HEAD}${body}//# sourceMappingURL=${name}.map\n`);
    writeFileSync(`${path}.map`, moved(map, `${shebang}${HEAD}`.split('\n').length - 1));
    chmodSync(path, mode);
  }
  writeFileSync(join(folder, PACKAGES), PACKAGES_TEXT);
  // The nearest package.json says what a `.js` file is.
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
}

async function commonjsOf(root, file) {
  const text = readFileSync(join(root, file), 'utf8');
  const { code, map } = await transform(text.replace(SHEBANG, ''), {
    // What a package that is CommonJS exports is its default, as in a module.
    sourcefile: file.replace(/\.js$/, '.mjs'),
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 200,
    sourcemap: 'external',
    sourcesContent: false,
    logLevel: 'warning',
    logOverride: { 'empty-import-meta': 'error' },
    define: {
      'import.meta.url': 'import_meta_url',
      'import.meta.filename': '__filename',
      'import.meta.dirname': '__dirname',
    },
  });
  return { code, map, shebang: text.match(SHEBANG)?.[0] ?? '' };
}

function withGivenImport(code) {
  if (code.includes(IMPORT)) throw new Error(`the name ${IMPORT} is taken`);
  if (!code.includes('import(')) return code;
  const starts = [];
  const { program } = parseSync('code.cjs', code, { sourceType: 'script' });
  new Visitor({ ImportExpression: ({ start }) => starts.push(start) }).visit(program);
  return starts.reduce(
    (text, at) => `${text.slice(0, at)}${IMPORT}${text.slice(at + IMPORT.length)}`,
    code,
  );
}

function packagesOf(code) {
  return [...code.matchAll(REQUIRE)].map(([, name]) => name).filter(isPackage);
}

function isPackage(name) {
  return !name.startsWith('.') && !name.startsWith('node:');
}

function required(found, of, by, packages) {
  if (isPackage(of)) return `require("./${PACKAGES}").get("${of}")`;
  if ((packages.get(basename(of)) ?? []).length > 0) {
    throw new Error(`${by} needs ${of}, which imports packages: import it on demand`);
  }
  return found;
}

/** Files of the same folder are found as those that were loaded at the start are: each is there once. */
function imported(found, of, packages) {
  const names = packages.get(of);
  if (names === undefined) return found;
  const before =
    names.length > 0
      ? `require("./${PACKAGES}").load(${JSON.stringify(names)})`
      : 'Promise.resolve()';
  return `${before}.then(()=>require("./${of}"))`;
}

/** A source map whose lines are so many further down. */
function moved(text, lineCount) {
  const map = JSON.parse(text);
  return JSON.stringify({ ...map, mappings: `${';'.repeat(lineCount)}${map.mappings}` });
}
