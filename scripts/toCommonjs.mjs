import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { transformSync } from 'esbuild';

// Modules are strict.
const HEAD =
  '"use strict";const import_meta_url=require("node:url").pathToFileURL(__filename).href;\n';
const SHEBANG = /^#!.*\n/;
const REQUIRE = /\brequire\("([^"]+)"\)/g;
const OWN_IMPORT = /\bimport\("\.\/([^"]+)"\)/g;
/** The file with the packages that files import outside of functions. */
const PACKAGES = 'packages.js';
const PACKAGES_TEXT = `"use strict";
// Packages may be modules. Not every host can require those (Plug'n'Play), so they are imported before a file runs that needs them.
const found = new Map();
exports.get = (name) => found.get(name);
exports.load = (names) => Promise.all(names.map(async (name) => found.set(name, await import(name))));
`;

/**
 * Makes the files of one folder CommonJS: Node starts a program of those without its loader of modules, and only of a script can the compiled
 * code be kept on Node 20. The bundler cannot do it itself: it makes chunks of modules only.
 *
 * @param files - Relative to `root`: each with its source map in it.
 */
export function toCommonjs(root, files) {
  const folder = join(root, dirname(files[0]));
  const made = new Map(files.map((file) => [basename(file), commonjsOf(root, file)]));
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

function commonjsOf(root, file) {
  const text = readFileSync(join(root, file), 'utf8');
  const { code, map } = transformSync(text.replace(SHEBANG, ''), {
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
