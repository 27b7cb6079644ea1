// fastify with a database and WebSockets: the host owns what must live on (port, sockets, database), plugins own what is edited (the work
// behind routes and messages). node host.mjs, then edit plugins/users/index.ts while requests and messages go on: none fails because of a reload.
import Fastify from 'fastify';
import { hotReload, PluginRuntime, presets, printEvents, watchPlugins } from 'hotpipe';
import initSqlJs from 'sql.js';
import { WebSocketServer } from 'ws';

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

// A socket stays open through each reload: what it sends is answered by the version that serves then, in the order that it was sent.
const sockets = new WebSocketServer({ server: app.server, path: '/live' });
sockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    runtime.call('users', 'search', String(data)).then(
      (found) => socket.send(JSON.stringify({ found })),
      (error) => socket.send(JSON.stringify({ error: error.message })),
    );
  });
});
// What plugins tell with ctx.emit goes to every socket.
const telling = runtime.emitted$.subscribe(({ name, payload }) => {
  for (const socket of sockets.clients) socket.send(JSON.stringify({ [name]: payload }));
});
await runtime.ready();
console.log(`listening on ${await app.listen({ port: Number(process.env.PORT ?? 0) })}`);

async function stop() {
  printing.unsubscribe();
  telling.unsubscribe();
  for (const socket of sockets.clients) socket.terminate();
  sockets.close();
  await app.close();
  await runtime.close();
  db.close();
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
