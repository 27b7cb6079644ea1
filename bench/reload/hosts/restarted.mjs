// For tools that restart the process: they watch, this answers.
import { existsSync } from 'node:fs';
import { answerOn } from './answerOn.mjs';

const [dir, socket] = process.argv.slice(2);
const entry = existsSync(`${dir}/index.ts`) ? 'index.ts' : 'index.js';
const { answer } = await import(`${dir}/${entry}`);
answerOn(socket, answer);
