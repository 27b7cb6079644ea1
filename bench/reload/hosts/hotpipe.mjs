import { hotReload, PluginRuntime, presets, watch } from '../../../dist/index.js';
import { answerOn } from './answerOn.mjs';

const [dir, socket, backend] = process.argv.slice(2);
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
