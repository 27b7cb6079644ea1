import { hot } from 'hot-hook';
import { answerOn } from './answerOn.mjs';

const [dir, socket] = process.argv.slice(2);
await hot.init({
  root: import.meta.filename,
  rootDirectory: dir,
  boundaries: [`${dir}/index.js`],
  throwWhenBoundariesAreNotDynamicallyImported: false,
});
const load = () => import(`${dir}/index.js`, import.meta.hot?.boundary);
await load();
answerOn(socket, async () => (await load()).answer());
