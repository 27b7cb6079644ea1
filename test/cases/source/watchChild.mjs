// A process that watches: watchChild.mjs DIR BACKEND. Prints what it gets, one JSON value per line. Ends when its input ends.
import { watch } from '../../../lib/sources/index.js';

const [dir = '.', backend = 'chokidar'] = process.argv.slice(2);
const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const options = {
  backend: backend === 'polling' || backend === 'nodeFs' ? backend : 'chokidar',
  onReady: () => print('ready'),
  onError: (error) => print({ error }),
  onRecovered: (error) => print({ recovered: error }),
};
const subscription = watch(dir, options).subscribe((event) => print({ event }));

process.stdin.resume();
process.stdin.on('end', () => {
  subscription.unsubscribe();
  print('stopped');
});
