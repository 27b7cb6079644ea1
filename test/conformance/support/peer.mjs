// Runs calls one after the other, as a program of Node or tsx: an order per line of standard input, an answer per line of standard output.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { answerOf } from './answer.mjs';

/** Two modules that wait for each other never end. */
const MAX_ANSWER_MS = Number(process.env.HOTPIPE_MAX_ANSWER_MS ?? 2_000);

// What a case leaves behind, such as a promise that is rejected later, must not end the answers of the others.
process.on('unhandledRejection', () => undefined);
process.on('uncaughtException', () => undefined);
// The cases are read from the lines, and their own output must not look like an answer.
console.log = console.error;

for await (const line of createInterface({ input: process.stdin })) {
  const { path, call, args } = JSON.parse(line);
  const work = async () => {
    const namespace = await import(pathToFileURL(path).href);
    return namespace[call](...args);
  };
  let timer;
  const tooLate = new Promise((_resolve, reject) => {
    const error = Object.assign(new Error('no answer'), { name: 'TimedOut' });
    timer = setTimeout(() => reject(error), MAX_ANSWER_MS);
  });
  const answer = await answerOf(() => Promise.race([work(), tooLate]));
  clearTimeout(timer);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit();
