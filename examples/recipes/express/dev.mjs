// Runs app.mjs, and swaps it with all that it imports when a file is saved. The port stays open. In production: `createServer(handle)`.
import { createServer } from 'node:http';
import { hotReload, PluginRuntime, presets, printEvents, watchPlugins } from 'hotpipe';
import { defer } from 'rxjs';

const runtime = new PluginRuntime();
const watched = watchPlugins(runtime, 'app.mjs', { load: defer(runtime.loadModule('app.mjs')) });
const reloads = hotReload({ ...presets.development, ...watched, target: runtime });
const printing = reloads.subscribe(printEvents());

const server = createServer((request, response) => {
  runtime.call('app', 'handle', request, response).catch((error) => {
    if (!response.headersSent) response.writeHead(500);
    response.end(String(error));
  });
});
server.listen(Number(process.env.PORT ?? 0), () =>
  console.log(`listening on http://127.0.0.1:${server.address().port}`),
);

async function stop() {
  printing.unsubscribe();
  server.close();
  server.closeAllConnections();
  await runtime.close();
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
