// A host of bench/fleet/start.ts: `startHost.mjs agent|plain DIR KEY` prints the milliseconds from the start of its process to the first answer.
import { join } from 'node:path';
import { share } from 'rxjs';
import {
  fileStateStore,
  hotReload,
  PluginRuntime,
  presets,
  watchPlugins,
} from '../../lib/root/index.js';

const [mode, dir, key] = process.argv.slice(2);
const store = fileStateStore(join(dir, 'state'));

if (mode === 'plain') {
  const runtime = new PluginRuntime({ store });
  const watched = watchPlugins(runtime, join(dir, 'plugins'));
  hotReload({ ...presets.production, ...watched, target: runtime, store }).subscribe();
  await told(runtime);
} else {
  const { fleetAgent, openInBackground } = await import('../../lib/fleet/index.js');
  const fleet = openInBackground(async () => {
    const [{ connect }, { natsFleet }] = await Promise.all([
      import('@nats-io/transport-node'),
      import('../../lib/nats/index.js'),
    ]);
    // Nobody listens there.
    const connection = await connect({ servers: '127.0.0.1:1', timeout: 1_000 });
    return natsFleet(connection, { namespace: 'start' });
  });
  const agent = fleetAgent({ host: 'host-1', dir, fleet, bundles: fleet, trustedKeys: [key] });
  const runtime = new PluginRuntime({ files: agent.files, onCall: agent.onCall, store });
  const events$ = hotReload({
    ...presets.production,
    debounce: { minMs: 1, maxMs: 20 },
    ...{ source$: agent.source$, load: agent.load, target: runtime, store },
  }).pipe(share());
  events$.subscribe();
  agent.attach(events$, runtime).subscribe();
  await told(runtime);
}

async function told(runtime) {
  for (;;) {
    const answer = await runtime.call('counter', 'who').catch(() => undefined);
    if (answer === 'one') break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  console.log(performance.now().toFixed(1));
  process.exit(0);
}
