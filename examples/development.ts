/**
 * A host for development: a short debounce, TypeScript files and manifests only, every event printed on the terminal.
 *
 *   tsx examples/development.ts [directory of plugins]
 */
import { resolve } from 'node:path';
import { hotReload, PluginRuntime, presets, printEvents, watch } from 'hotpipe';

const dir = resolve(process.argv[2] ?? 'examples/plugins');
const runtime = new PluginRuntime({ root: dir });

const reloads = hotReload({
  ...presets.development,
  source$: watch(dir, {
    extensions: ['ts', 'toml'],
    onReady: () => console.log('development mode: watching for changes'),
  }),
  target: runtime,
  root: dir,
  load: runtime.loadEach(dir),
}).subscribe(printEvents());

const stop = (): void => {
  reloads.unsubscribe();
  void runtime.close();
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
