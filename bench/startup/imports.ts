/**
 * What an import costs above an empty Node, in processor time: imports of the package's subpaths beside an import of rxjs. All take turns.
 *
 *   npm run build && node --import tsx bench/startup/imports.ts [rounds]
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { median } from '../medians.ts';

const ROUNDS = Number(process.argv[2] ?? 15);
const lib = (name: string) => `import(${JSON.stringify(resolve('lib', name, 'index.js'))})`;
const CASES: Readonly<Record<string, string>> = {
  'node -e 0': '0',
  rxjs: "import('rxjs')",
  hotpipe: lib('root'),
  'hotpipe, file by file (dist)': `import(${JSON.stringify(resolve('dist/index.js'))})`,
  'hotpipe/operators': lib('operators'),
  'hotpipe/sources': lib('sources'),
  'hotpipe/runtime': lib('runtime'),
};

/** Processor time of a process, user and system, in milliseconds. */
function cpuMs(code: string): number {
  const print = 'const { user, system } = process.cpuUsage(); console.log((user + system) / 1000);';
  const wrapped = `process.on('exit', () => { ${print} }); ${code};`;
  const { stdout, status } = spawnSync(process.execPath, ['-e', wrapped], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${code} failed`);
  return Number(stdout);
}

const found = new Map(Object.keys(CASES).map((name) => [name, [] as number[]]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, code] of Object.entries(CASES)) found.get(name)?.push(cpuMs(code));
}
const of = (name: string) => median(found.get(name) ?? []);
const bareMs = of('node -e 0');
const rxjsMs = of('rxjs') - bareMs;
console.log(`${ROUNDS} rounds, Node ${process.version}, medians of processor time`);
console.log('| import | ms | above an empty Node | beside rxjs |');
console.log('| --- | ---: | ---: | ---: |');
for (const name of found.keys()) {
  const aboveMs = of(name) - bareMs;
  const cells = [of(name).toFixed(0), aboveMs.toFixed(0), (aboveMs / rxjsMs).toFixed(2)];
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}
