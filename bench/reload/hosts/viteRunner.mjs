import { createServer, createServerModuleRunner } from 'vite';
import { answerOn } from './answerOn.mjs';

const [dir, socket] = process.argv.slice(2);
const server = await createServer({
  root: dir,
  configFile: false,
  appType: 'custom',
  logLevel: 'silent',
  optimizeDeps: { noDiscovery: true, include: [] },
  server: { middlewareMode: true, ws: false },
});
const runner = createServerModuleRunner(server.environments.ssr);
const load = () => runner.import(`${dir}/index.ts`);
await load();
answerOn(socket, async () => (await load()).answer());
