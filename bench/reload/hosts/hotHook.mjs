import { hot } from 'hot-hook';
import { answerOn } from './answerOn.mjs';

const [dir, socket, entry] = process.argv.slice(2);
await hot.init({
  root: import.meta.filename,
  rootDirectory: dir,
  boundaries: [`${dir}/${entry}`],
  throwWhenBoundariesAreNotDynamicallyImported: false,
});
const load = () => import(`${dir}/${entry}`, import.meta.hot?.boundary);
await load();
answerOn(socket, async () => (await load()).answer());
