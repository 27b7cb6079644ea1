// A build pipeline of RxJS: a saved page is rendered, and a saved renderer renders all pages anew. It starts with all that is there.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  debounceAdaptive,
  hotReload,
  PluginRuntime,
  presets,
  readStable,
  watch,
  watchPlugins,
} from 'hotpipe';
import { concatMap, filter, from, map, merge, mergeMap, share } from 'rxjs';

const runtime = new PluginRuntime();
const renderer = watchPlugins(runtime, 'plugins');
const reloads$ = hotReload({ ...presets.development, ...renderer, target: runtime }).pipe(share());

const saved$ = watch('pages', { extensions: ['md'] }).pipe(
  filter(({ _tag }) => _tag !== 'Deleted'),
  map(({ path }) => path),
);
const all$ = reloads$.pipe(
  filter(({ _tag }) => _tag === 'Loaded' || _tag === 'Reloaded'),
  debounceAdaptive(20),
  mergeMap(() => from(readdir('pages'))),
  mergeMap((names) => names.map((name) => join('pages', name))),
);

await mkdir('out', { recursive: true });
const building = merge(saved$, all$)
  .pipe(
    concatMap(async (page) => {
      const { bytes } = await readStable(page); // never half a file
      const html = await runtime.call('page', 'render', new TextDecoder().decode(bytes));
      const file = join('out', `${basename(page, '.md')}.html`);
      await writeFile(file, html);
      return `built ${file}`;
    }),
  )
  .subscribe({ next: console.log, error: console.error });
reloads$.subscribe((event) => {
  if (event._tag === 'ReloadFailed') console.error(event.error.message);
});

async function stop() {
  building.unsubscribe();
  await runtime.close();
  process.exit();
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
