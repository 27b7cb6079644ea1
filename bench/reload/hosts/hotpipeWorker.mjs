import { hotReload, PluginRuntime, presets, watch } from '../../../dist/index.js';
import { answerOn } from './answerOn.mjs';

const [dir, socket, spare] = process.argv.slice(2);
const runtime = new PluginRuntime({ mode: 'worker', worker: { spare } });
await runtime.loadManifest(`${dir}/plugin.toml`)();
hotReload({
  ...presets.development,
  source$: watch(dir, {
    backend: 'nodeFs',
    onReady: () => answerOn(socket, () => runtime.call('bench', 'answer')),
  }),
  target: runtime,
}).subscribe();
