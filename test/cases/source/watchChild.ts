// A process of its own that watches: watchChild.ts DIR BACKEND. Says what it hears, one JSON a line; ends when its input does.
import { watch, type WatchOptions } from '../../../src/sources/index.js';

const [dir = '.', backend = 'chokidar'] = process.argv.slice(2);
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);

const options: WatchOptions = {
  backend: backend === 'polling' || backend === 'nodeFs' ? backend : 'chokidar',
  onReady: () => say('ready'),
  onError: (error) => say({ error }),
  onRecovered: (error) => say({ recovered: error }),
};
const subscription = watch(dir, options).subscribe((event) => say({ event }));

process.stdin.resume();
process.stdin.on('end', () => {
  subscription.unsubscribe();
  say('stopped');
});
