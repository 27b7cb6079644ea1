// A host of plugins: `pluginHost.mjs <plugins> <state> <confirmAfterMs>`. Prints one line of JSON per event, and one per answer
// to an input line `call <plugin> <function>` or `back <plugin> <version>`.
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  fileStateStore,
  hotReload,
  PluginRuntime,
  presets,
  provisionalVersions,
  watch,
} from 'hotpipe';
import { mergeMap, ReplaySubject, take } from 'rxjs';

const [dir = '', stateDir = '', confirmAfterMs = ''] = process.argv.slice(2);
// Synchronous, so that everything printed before the process is killed arrives.
const say = (line) => writeSync(1, `${JSON.stringify(line)}\n`);

const store = fileStateStore(stateDir);
const versions = provisionalVersions(fileStateStore(join(stateDir, 'versions')), {
  confirmAfterMs: Number(confirmAfterMs),
});
const runtime = new PluginRuntime({ store, trials: versions, files: versions.files });
const ready$ = new ReplaySubject(1);
hotReload({
  ...presets.development,
  source$: watch(dir, {
    backend: 'nodeFs',
    onReady: () => {
      say({ isWatching: true });
      ready$.next(true);
    },
  }),
  target: runtime,
  store,
  // Loads after the source is ready, so that a file that changes while it is loaded is seen.
  load: ready$.pipe(
    take(1),
    mergeMap(() => versions.load(runtime.loadEach(dir))),
  ),
}).subscribe(say);

process.stdin.on('data', (data) => {
  for (const line of String(data).trim().split('\n')) {
    const [verb, plugin, what] = line.split(' ');
    const work =
      verb === 'call' ? runtime.call(plugin, what) : runtime.replacePlugin(plugin, Number(what))();
    work.then(
      (answer) => say({ answer: answer ?? null }),
      (error) => say({ failed: String(error) }),
    );
  }
});
process.once('SIGTERM', () => {
  void runtime
    .close()
    .then(() => versions.close())
    .then(() => process.exit(0));
});
