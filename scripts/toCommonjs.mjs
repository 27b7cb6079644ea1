import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { transformSync } from 'esbuild';

// Modules are strict.
const HEAD =
  '"use strict";const import_meta_url=require("node:url").pathToFileURL(__filename).href;\n';
const SHEBANG = /^#!.*\n/;

/**
 * Makes the files of one folder CommonJS: Node starts a program of those without its loader of modules, and only of a script can the compiled
 * code be kept on Node 20. The bundler cannot do it itself: it makes chunks of modules only.
 *
 * @param files - Relative to `root`: each with its source map in it.
 */
export function toCommonjs(root, files) {
  const names = new Set(files.map((file) => basename(file)));
  for (const file of files) {
    const path = join(root, file);
    const module = readFileSync(path, 'utf8');
    const { code, map } = transformSync(module.replace(SHEBANG, ''), {
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
    const [shebang = ''] = module.match(SHEBANG) ?? [];
    const head = `${shebang}${HEAD}`;
    const body = ownImports(code, names);
    writeFileSync(path, `${head}${body}//# sourceMappingURL=${basename(file)}.map\n`);
    writeFileSync(`${path}.map`, moved(map, head.split('\n').length - 1));
    chmodSync(path, statSync(path).mode);
  }
  // The nearest package.json says what a `.js` file is.
  const [first] = files;
  writeFileSync(join(root, dirname(first), 'package.json'), '{ "type": "commonjs" }\n');
}

/** Files of the same folder are found as those that were loaded at the start are: each is there once. */
function ownImports(code, names) {
  return code.replaceAll(/\bimport\("\.\/([^"]+)"\)/g, (found, name) =>
    names.has(name) ? `Promise.resolve().then(()=>require("./${name}"))` : found,
  );
}

/** A source map whose lines are so many further down. */
function moved(text, lineCount) {
  const map = JSON.parse(text);
  return JSON.stringify({ ...map, mappings: `${';'.repeat(lineCount)}${map.mappings}` });
}
