// npm run check: each check of package.json, as many at once as there are cores. The longest come first, since everybody waits for the last.
// Prints a line per check, and what a check printed where it failed or had something to say. Ends with 1 when one of them failed.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Those that read what `build` makes wait for it. */
const CHECKS = [
  { name: 'check:lint', needs: 'nothing' },
  { name: 'build', needs: 'nothing' },
  { name: 'check:docs', needs: 'build' },
  { name: 'check:package', needs: 'build' },
  { name: 'check:types', needs: 'build' },
  { name: 'check:size', needs: 'build' },
  { name: 'check:browser', needs: 'build' },
  { name: 'check:examples', needs: 'build' },
  { name: 'check:unused', needs: 'build' },
  { name: 'check:floors', needs: 'nothing' },
  { name: 'check:thread', needs: 'build' },
  { name: 'check:format', needs: 'nothing' },
  { name: 'check:links', needs: 'build' },
  { name: 'check:files', needs: 'nothing' },
  { name: 'check:units', needs: 'nothing' },
  { name: 'check:conformance', needs: 'nothing' },
  { name: 'check:pictures', needs: 'nothing' },
];

const waiting = [...CHECKS];
const failed = [];
let isBuilt = false;
let runningCount = 0;

function next() {
  while (runningCount < Math.max(2, availableParallelism())) {
    const at = waiting.findIndex(({ needs }) => isBuilt || needs === 'nothing');
    if (at === -1) break;
    const [check] = waiting.splice(at, 1);
    runningCount += 1;
    void run(check.name);
  }
}

function run(name) {
  const startMs = performance.now();
  let output = '';
  const child = spawn('npm', ['run', '-s', name], {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  child.once('close', (code) => {
    runningCount -= 1;
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
    console.log(`${code === 0 ? 'passed' : 'FAILED'} ${name} (${seconds} s)`);
    if (code !== 0) {
      failed.push(name);
      console.log(output.trimEnd());
    }
    if (name === 'build') {
      isBuilt = code === 0;
      if (!isBuilt)
        waiting.splice(0, waiting.length, ...waiting.filter(({ needs }) => needs === 'nothing'));
    }
    next();
    if (runningCount > 0) return;
    if (failed.length > 0) console.log(`npm run check: ${failed.join(', ')} failed`);
    process.exitCode = failed.length > 0 ? 1 : 0;
  });
}

next();
