// For tools that restart the process: they watch, this answers.
import { answerOn } from './answerOn.mjs';

const [dir, socket] = process.argv.slice(2);
const { answer } = await import(`${dir}/index.js`);
answerOn(socket, answer);
