// Bundles an entry point for a browser and loads it without Node's globals: `node scripts/check-browser-bundle.mjs [entry]`
// Fails on an import of a Node module, on a package that is not in `allowed`, and on a Node global that is used while it loads.
import { builtinModules } from 'node:module';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';

const allowed = ['rxjs', 'tslib', 'fp-ts'];
const entry = process.argv[2] ?? 'lib/operators/index.js';
const refused = new Set();

const { outputFiles } = await build({
  entryPoints: [entry],
  bundle: true,
  platform: 'browser',
  format: 'iife',
  globalName: 'bundled',
  write: false,
  logLevel: 'silent',
  plugins: [
    {
      name: 'only-allowed-packages',
      setup: ({ onResolve }) => onResolve({ filter: /^[^./]/ }, judge),
    },
  ],
});

for (const line of refused) console.error(`check-browser-bundle: ${line}`);
if (refused.size === 0) load(outputFiles[0].text);
process.exitCode = refused.size === 0 ? 0 : 1;

/** Lets esbuild resolve what is allowed. Marks the rest as external, so that one run reports every bad import. */
function judge({ path, importer, kind }) {
  if (kind === 'entry-point') return undefined;
  const [name] = path.startsWith('@') ? [path] : path.split('/');
  const isNode = path.startsWith('node:') || builtinModules.includes(name);
  if (!isNode && allowed.includes(name)) return undefined;
  refused.add(
    `${importer} imports ${path}, which ${isNode ? 'no browser has' : 'is not one of ' + allowed.join(', ')}`,
  );
  return { path, external: true };
}

/** Runs the bundle in a context that has no `process`, `Buffer`, `require` or anything else that Node adds to the language. */
function load(text) {
  const context = createContext({});
  runInContext(text, context, { filename: entry });
  const names = runInContext('Object.keys(bundled)', context);
  console.log(`${entry}: ${names.length} exports load in a browser`);
}
