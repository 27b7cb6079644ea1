// Runs every @example of a doc comment. A line `expression; // => value` must give that value.
// An example needs no imports: the names that it uses are imported from hotpipe, its own file, the model, rxjs, io-ts, fp-ts and Node.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const out = '.doc-examples';
const NAMES_FROM = {
  rxjs: await import('rxjs'),
  'node:fs': await import('node:fs'),
  'node:path': await import('node:path'),
  'fp-ts/lib/Either.js': pick(await import('fp-ts/lib/Either.js'), [
    'isLeft',
    'isRight',
    'left',
    'right',
  ]),
  'fp-ts/lib/Option.js': pick(await import('fp-ts/lib/Option.js'), ['some', 'none']),
  hotpipe: await import('hotpipe'),
  'hotpipe/operators': await import('hotpipe/operators'),
  'hotpipe/state': await import('hotpipe/state'),
  'hotpipe/fleet': await import('hotpipe/fleet'),
  'hotpipe/trace': await import('hotpipe/trace'),
  'hotpipe/testing': await import('hotpipe/testing'),
  'rxjs/testing': await import('rxjs/testing'),
};

const MODEL = Object.fromEntries(
  await Promise.all(
    readdirSync('dist/model', { recursive: true })
      .filter((file) => file.endsWith('.js'))
      .map(async (file) => [`../dist/model/${file}`, await import(`../dist/model/${file}`)]),
  ),
);
const taken = new Set();

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const examples = readdirSync('src', { recursive: true })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => examplesOf(join('src', file)));
for (const [i, example] of examples.entries()) {
  writeFileSync(join(out, `example${i}.ts`), await toModule(example));
}
writeFileSync(
  join(out, 'all.ts'),
  examples.map((_, i) => `await import('./example${i}.ts');`).join('\n'),
);
const run = spawnSync(process.execPath, ['--import', 'tsx', join(out, 'all.ts')], {
  stdio: 'inherit',
});
if (run.status !== 0) process.exit(1);
if (examples.length === 0) throw new Error('no example found: the check runs in the wrong place');
const claims = examples.reduce((sum, { claims }) => sum + claims, 0);
console.log(`${examples.length} doc examples run, ${claims} values checked`);

function examplesOf(path) {
  const source = readFileSync(path, 'utf8');
  return [...source.matchAll(/@example[^\n]*\n\s*\*\s*```ts\n([\s\S]*?)\n\s*\*\s*```/g)].map(
    (match) => {
      const line = source.slice(0, match.index).split('\n').length;
      const code = match[1]
        .split('\n')
        .map((text) => text.replace(/^\s*\* ?/, ''))
        .join('\n');
      const claims = [...code.matchAll(/; \/\/ => /g)].length;
      return { at: `${path}:${line}`, path, code, claims };
    },
  );
}

async function toModule({ at, path, code }) {
  const body = statementsOf(code)
    .map((statement) => {
      const claim = /^([\s\S]*);\s*\/\/ => (.*)$/.exec(statement);
      return claim ? `claim(${claim[1]}, ${claim[2]}, ${JSON.stringify(at)});` : statement;
    })
    .join('\n');
  const declared = new Set(
    [...code.matchAll(/(?:const|let|function|class) (\w+)/g)].map(([, name]) => name),
  );
  const used = new Set([...code.matchAll(/[A-Za-z_$][\w$]*/g)].map(([name]) => name));
  const ownFile = path.replace(/^src/, '../dist').replace(/ts$/, 'js');
  const own = await import(`../${ownFile.slice(3)}`);
  // What is published comes from the package, whose entries share what they remember; a file of `dist` remembers on its own.
  const published = Object.entries(NAMES_FROM).filter(([from]) => from.startsWith('hotpipe'));
  const sources = { ...Object.fromEntries(published), [ownFile]: own, ...NAMES_FROM, ...MODEL };
  const imports = Object.entries(sources).map(([from, names]) => {
    const wanted = Object.keys(names).filter(
      (name) => used.has(name) && !declared.has(name) && claimName(name),
    );
    return wanted.length > 0 ? `import { ${wanted.join(', ')} } from '${from}';` : '';
  });
  taken.clear();
  if (used.has('t') && !declared.has('t')) imports.push("import * as t from 'io-ts';");
  return `${imports.filter(Boolean).join('\n')}
import { claim, recordingTarget, temporaryFolder } from '../scripts/doc-example-parts.mjs';
{
${body.replaceAll(/^import .*$/gm, '')}
}
`;
}

/** Splits code into statements. One ends at the end of a line, with a semicolon or brace, when no bracket is open. */
function statementsOf(code) {
  const statements = [];
  let current = '';
  let depth = 0;
  for (const line of code.split('\n')) {
    current += (current ? '\n' : '') + line;
    const bare = line.replace(/\/\/.*$/, '').replace(/'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`/g, '');
    depth += [...bare.matchAll(/[([{]/g)].length - [...bare.matchAll(/[)\]}]/g)].length;
    if (depth === 0 && /[;}]\s*$/.test(bare)) {
      statements.push(current);
      current = '';
    }
  }
  if (current.trim()) statements.push(current);
  return statements;
}

function claimName(name) {
  if (taken.has(name)) return false;
  taken.add(name);
  return true;
}

function pick(module, names) {
  return Object.fromEntries(names.map((name) => [name, module[name]]));
}
