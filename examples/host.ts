/**
 * A typical host: one plugin answers HTTP requests, another one counts, and once a second the host prints the count and the
 * beats of a third one. All of them may be edited while it runs. `npm start` starts it.
 *
 *   tsx examples/host.ts [directory of plugins]
 */
import { createServer } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  fileStateStore,
  hotReload,
  PluginRuntime,
  presets,
  printEvents,
  watchPlugins,
} from 'hotpipe';
import { exhaustMap, from, interval } from 'rxjs';

const here = dirname(fileURLToPath(import.meta.url));
const dir = resolve(process.argv[2] ?? join(here, 'plugins'));
const port = Number(process.env['PORT'] ?? 0); // 0: any free port

const store = fileStateStore(join(dirname(dir), '.state'));
const runtime = new PluginRuntime({ store, root: dirname(dir) });
const reloads = hotReload({
  ...presets.development,
  ...watchPlugins(runtime, dir, { exclude: ['**/node_modules/**'] }),
  target: runtime,
  store,
  root: dirname(dir),
}).subscribe(printEvents());

const server = createServer((request, response) => {
  runtime.call('greeter', 'handle', { path: request.url ?? '/' }).then(
    (answer) => {
      const { status, body } = answer as { status: number; body: string };
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body);
    },
    (error: unknown) => response.writeHead(500).end(`${String(error)}\n`),
  );
});
server.listen(port, '127.0.0.1', () => {
  const address = server.address();
  const actualPort = typeof address === 'object' && address ? address.port : port;
  console.log(`serving http://127.0.0.1:${actualPort}/ada, watching ${dir}`);
});

const report = async (): Promise<string> => {
  const count = await runtime.call('counter', 'increment');
  const beats = await runtime.call('heartbeat', 'beats');
  return `count ${String(count)}, beats ${String(beats)}`;
};
const reports = interval(1_000)
  .pipe(
    exhaustMap(() => from(report().catch((error: unknown) => `a call failed: ${String(error)}`))),
  )
  .subscribe((line) => console.log(line));

const stop = async (): Promise<void> => {
  reports.unsubscribe();
  reloads.unsubscribe();
  server.close();
  await runtime.close(); // saves the state of every plugin
  await store.close();
};
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
