import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { answerOn } from './answerOn.mjs';

const [dir, socket, backend, build] = process.argv.slice(2);
const entry =
  build === undefined ? '../../../dist/index.js' : pathToFileURL(resolve(build, 'index.js')).href;
const { hotReload, PluginRuntime, presets, watch } = await import(entry);
const runtime = new PluginRuntime();
await runtime.loadManifest(`${dir}/plugin.toml`)();
hotReload({
  ...presets.development,
  source$: watch(dir, {
    backend,
    onReady: () => answerOn(socket, () => runtime.call('bench', 'answer')),
  }),
  target: runtime,
}).subscribe();
