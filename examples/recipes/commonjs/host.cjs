// A host in CommonJS: require works, and the plugin is CommonJS as well.
const { hotReload, PluginRuntime, presets, printEvents, watchPlugins } = require('hotpipe');

const runtime = new PluginRuntime();
const plugins = watchPlugins(runtime, 'plugins');
const reloads = hotReload({ ...presets.development, ...plugins, target: runtime });
const printing = reloads.subscribe(printEvents());
const telling = setInterval(() => {
  runtime.call('greeter', 'greet', 'ada').then(console.log, console.error);
}, 200);

async function stop() {
  clearInterval(telling);
  printing.unsubscribe();
  await runtime.close();
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
