import { isRight } from 'fp-ts/lib/Either.js';
import { fileStateStore } from '../../../src/state/index.js';

/**
 * A host that saves counts to the directory it is given, one after the other: says `ready`, starts at the first line of
 * stdin, and prints what became of each save.
 */
const [dir = '', first = '1', last = '1'] = process.argv.slice(2);
const store = fileStateStore(dir);

process.stdin.once('data', async () => {
  for (let count = Number(first); count <= Number(last); count++) {
    const saved = await store.save({
      plugin: 'counter',
      schema: 1,
      codeHash: 'c0de',
      state: { count },
    })();
    console.log(isRight(saved) ? `saved ${count}` : `failed ${count} ${saved.left.message}`);
  }
  await store.close();
  process.exit(0);
});
console.log('ready');
