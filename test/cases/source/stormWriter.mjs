// Does one operation on many files as fast as possible: node stormWriter.mjs DIR OPERATION COUNT
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';

const [dir, operation, countText] = process.argv.slice(2);
const count = Number(countText);
const perDirectory = 100;
const file = (i) => `${dir}/d${Math.floor(i / perDirectory)}/f${i}.ts`;

switch (operation) {
  case 'create':
    for (let i = 0; i < count; i++) {
      if (i % perDirectory === 0) mkdirSync(`${dir}/d${i / perDirectory}`, { recursive: true });
      writeFileSync(file(i), `created ${i}`);
    }
    break;
  case 'modify':
    for (let i = 0; i < count; i++) writeFileSync(file(i), `modified ${i}`);
    break;
  case 'atomic':
    for (let i = 0; i < count; i++) {
      writeFileSync(`${file(i)}.tmp`, `replaced ${i}!`);
      renameSync(`${file(i)}.tmp`, file(i));
    }
    break;
  case 'rename':
    for (let i = 0; i < count; i++) renameSync(file(i), file(i).replace('/f', '/g'));
    break;
  case 'nested':
    for (let i = 0; i < count; i++) {
      const nested = `${dir}/n${Math.floor(i / 500)}/${Math.floor(i / 50) % 10}`;
      if (i % 50 === 0) mkdirSync(nested, { recursive: true });
      writeFileSync(`${nested}/f${i}.ts`, `nested ${i}`);
    }
    break;
  case 'remove':
    for (let i = 0; i < count; i += perDirectory) {
      rmSync(`${dir}/d${i / perDirectory}`, { recursive: true });
    }
    break;
  default:
    throw new Error(`no operation ${operation}`);
}
