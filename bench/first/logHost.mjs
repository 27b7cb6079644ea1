// A host of one directory of plugins, as the README has it, that answers each question with what the plugin says.
import { hotReload, PluginRuntime, presets, watchPlugins } from '../../lib/root/index.js';

const [dir] = process.argv.slice(2);
const runtime = new PluginRuntime();
hotReload({
  ...presets.development,
  ...watchPlugins(runtime, dir),
  target: runtime,
}).subscribe();
await runtime.ready();
process.on('message', async () => process.send(await runtime.call('bench', 'answer')));
process.once('disconnect', () => process.exit());
process.send('ready');
