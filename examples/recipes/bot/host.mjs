// A bot with commands: each file of commands/ is a command, without a manifest. A new file is a new command, a saved one is swapped, a removed
// one is gone. Here, messages come from standard input; a client of a chat has its own event for them.
import { createInterface } from 'node:readline';
import { hotReload, PluginRuntime, presets, printEvents, watchPlugins } from 'hotpipe';

const runtime = new PluginRuntime({ manifests: 'optional' });
const commands = watchPlugins(runtime, 'commands');
const reloads = hotReload({ ...presets.development, ...commands, target: runtime });
const printing = reloads.subscribe(printEvents());
await runtime.ready();
console.log('ready');

const messages = createInterface({ input: process.stdin });
messages.on('line', async (line) => {
  const [name, ...words] = line.slice(1).split(' ');
  // An unknown command and one that throws are both answers: the bot goes on.
  const answer = await runtime
    .call(name, 'execute', words)
    .catch((error) => `failed: ${error.message}`);
  console.log(`bot: ${answer}`);
});

async function stop() {
  printing.unsubscribe();
  messages.close();
  process.stdin.destroy();
  await runtime.close();
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
