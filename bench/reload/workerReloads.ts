/**
 * A plugin in a worker, reloaded a thousand times under 64 callers: counts the calls that were lost, failed, reordered, never settled or
 * answered by two versions, and the heap that the host keeps per reload.
 *
 *   npm run build && node --expose-gc --import tsx bench/reload/workerReloads.ts [reloads] [callers]
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PluginRuntime } from '../../dist/index.js';
import { median } from '../medians.ts';

const RELOADS = Number(process.argv[2] ?? 1_000);
const CALLERS = Number(process.argv[3] ?? 64);

const dir = mkdtempSync(join(tmpdir(), 'hotpipe-bench-'));
const entry = join(dir, 'a/index.ts');
mkdirSync(join(dir, 'a'));
writeFileSync(
  join(dir, 'a/plugin.toml'),
  'name = "a"\nversion = "1.0.0"\nsource = "index.ts"\nmode = "worker"\napi-version = { major = 0, minor = 1, patch = 0 }\n',
);
const source = (
  version: number,
) => `let n = 0; const held = Array.from({ length: 13_000 }, (_, i) => i + 0.5);
  export async function next(isSlow: boolean) { const answer = ++n; if (isSlow) await null; return [answer, ${version}, held.length]; }
  export const saveState = () => ({ n }); export const restoreState = (state: { n: number }) => { n = state.n; };
  // ${'x'.repeat(20_000)}`;
const write = (version: number) => writeFileSync(entry, source(version));

write(1);
const runtime = new PluginRuntime();
const loaded = await runtime.loadManifest(join(dir, 'a'))();
if (loaded._tag === 'Left') throw new Error(loaded.left.message);

let isOver = false;
let [made, answered, failed, wentBack] = [0, 0, 0, 0];
/** Which answers of the counter have arrived. Not a Set: it holds at most 16,777,216, and a run of 1,000 reloads has more calls. */
const seen = new Uint8Array(2 ** 27);
const caller = async (id: number) => {
  let [last, lastVersion] = [0, 0];
  while (!isOver) {
    made += 1;
    const isSlow = (id + made) % 3 === 0;
    const result = await runtime.call('a', 'next', isSlow).catch(() => undefined);
    if (result === undefined) failed += 1;
    else {
      const [answer = 0, version = 0] = result as number[];
      if (answer >= seen.length) throw new Error(`more than ${seen.length} calls`);
      if (answer <= last || version < lastVersion) wentBack += 1;
      [last, lastVersion] = [answer, version];
      if (seen[answer] === 0) answered += 1;
      seen[answer] = 1;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
};
const heapBytes = async () => {
  for (let i = 0; i < 6; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
};

const callers = Array.from({ length: CALLERS }, (_, id) => caller(id));
const tookMs: number[] = [];
for (let version = 2; version <= RELOADS + 1; version += 1) {
  write(version);
  const startMs = performance.now();
  const result = await runtime.reloadPlugin('a')();
  if (result._tag === 'Left' || result.right.to !== version)
    throw new Error(JSON.stringify(result));
  tookMs.push(performance.now() - startMs);
}
isOver = true;
await Promise.all(callers);
const lost = made - failed - answered;
console.log(
  `Node ${process.version}: ${RELOADS} reloads under ${CALLERS} callers, ${median(tookMs).toFixed(1)} ms each`,
);
console.log(
  `${made} calls: ${lost} lost or answered twice, ${failed} failed, ${wentBack} went back`,
);

let version = RELOADS + 2;
const quietly = async (count: number) => {
  for (let i = 0; i < count; i++, version++) {
    write(version);
    await runtime.reloadPlugin('a')();
  }
};
await quietly(50);
const beforeBytes = await heapBytes();
await quietly(200);
const kept = ((await heapBytes()) - beforeBytes) / 1024 / 200;
console.log(
  `heap of the host kept per reload, of a 20 KB source and a 100 KB instance: ${kept.toFixed(2)} KB`,
);
console.log(`threads: ${readdirSync('/proc/self/task').length}`);
await runtime.close();
console.log(`threads after close: ${readdirSync('/proc/self/task').length}`);
rmSync(dir, { recursive: true });
