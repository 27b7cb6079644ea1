// A ConfigMap as Kubernetes mounts it: config/settings.json is a link through ..data, and an update swaps ..data. The plugin names the file in
// `reload-on`, and reloads when what the path leads to is otherwise.
import { hotReload, PluginRuntime, presets, printEvents, watchPlugins } from 'hotpipe';

const runtime = new PluginRuntime();
const plugins = watchPlugins(runtime, 'plugins');
const reloads = hotReload({ ...presets.development, ...plugins, target: runtime });
const printing = reloads.subscribe(printEvents());
await runtime.ready();
const telling = setInterval(async () => console.log(await runtime.call('banner', 'text')), 200);

async function stop() {
  clearInterval(telling);
  printing.unsubscribe();
  await runtime.close();
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
