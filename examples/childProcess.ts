/**
 * For programs without plugins: restarts a server gracefully when its files change, through the same pipeline.
 *
 *   tsx examples/childProcess.ts server.mjs [port]
 */
import { dirname, resolve } from 'node:path';
import { hotReload, presets, printEvents, watch } from 'hotpipe';
import { defer, map } from 'rxjs';
import { ChildProcessTarget } from './childProcess/ChildProcessTarget.ts';

const entry = resolve(process.argv[2] ?? 'server.mjs');
const port = Number(process.argv[3] ?? 8080);
const name = 'server';

const target = new ChildProcessTarget({
  name,
  command: [process.execPath, entry],
  check: [process.execPath, '--check', entry],
  sources: [dirname(entry)],
  port,
  env: { PORT: String(port) },
});
const reloads = hotReload({
  ...presets.development,
  source$: watch(dirname(entry), { exclude: ['**/node_modules/**'] }),
  target,
  root: dirname(entry),
  load: defer(target.reloadPlugin(name)).pipe(
    map((started) =>
      started._tag === 'Left'
        ? started
        : { ...started, right: { plugin: name, version: started.right.to } },
    ),
  ),
}).subscribe(printEvents());

const stop = async (): Promise<void> => {
  reloads.unsubscribe();
  await target.close();
};
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
