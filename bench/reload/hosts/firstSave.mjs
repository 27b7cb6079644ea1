import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { answerOn } from './answerOn.mjs';

// A host as `hotpipe watch` makes it: the directory is watched, and its plugins are loaded once each later change will be seen.
const [dir, socket, build, rehearsal, cache] = process.argv.slice(2);
const { hotReload, PluginRuntime, presets, watchPlugins } = await import(
  pathToFileURL(resolve(build, 'index.js')).href
);
const runtime = new PluginRuntime({
  ...(cache !== undefined && { compileCache: { directory: cache } }),
});
let isAsked = false;
hotReload({
  ...presets.development,
  ...(rehearsal === 'off' && { rehearsal }),
  ...watchPlugins(runtime, dir, { backend: 'nodeFs' }),
  target: runtime,
}).subscribe(({ _tag }) => {
  if (_tag !== 'Loaded' || isAsked) return;
  isAsked = true;
  answerOn(socket, () => runtime.call('bench', 'answer'));
});
