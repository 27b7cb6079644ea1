// fastify with a database: the host owns what must live on (port, connections, database), plugins own what is edited (the routes' work).
// node host.mjs, then edit plugins/users/index.ts while requests go on: none fails because of a reload.
import Fastify from 'fastify';
import { hotReload, PluginRuntime, presets, printEvents, watchPlugins } from 'hotpipe';
import initSqlJs from 'sql.js';

const { Database } = await initSqlJs();
const db = new Database();
db.run("CREATE TABLE users (name TEXT); INSERT INTO users VALUES ('ada'), ('grace')");

// One database for all versions of all plugins: they read it as `ctx.host.db`.
const runtime = new PluginRuntime({ provide: { db } });
const plugins = watchPlugins(runtime, 'plugins');
const reloads = hotReload({ ...presets.development, ...plugins, target: runtime });
const printing = reloads.subscribe(printEvents());

const app = Fastify({ forceCloseConnections: true });
app.get('/users', () => runtime.call('users', 'list'));
app.post('/users', (request) => runtime.call('users', 'add', request.body));
// What plugins tell with ctx.emit, as a stream of events: the connection stays through each reload, as a WebSocket would.
app.get('/events', (request, reply) => {
  reply.hijack();
  reply.raw.writeHead(200, { 'content-type': 'text/event-stream' }).write(': connected\n\n');
  const telling = runtime.emitted$.subscribe(({ name, payload }) =>
    reply.raw.write(`event: ${name}\ndata: ${JSON.stringify(payload)}\n\n`),
  );
  request.raw.once('close', () => telling.unsubscribe());
});
await runtime.ready();
console.log(`listening on ${await app.listen({ port: Number(process.env.PORT ?? 0) })}`);

async function stop() {
  printing.unsubscribe();
  await app.close();
  await runtime.close();
  db.close();
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
