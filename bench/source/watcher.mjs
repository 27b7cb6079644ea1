// One watcher in a process of its own: watcher.mjs KIND DIR. Reads the file of each event, as a consumer would, and
// answers the messages of its parent.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [kind, dir] = process.argv.slice(2);
// HOTPIPE_DIST names another build than `dist/`, so that one can be measured while the next is being built.
const built = pathToFileURL(
  `${process.env.HOTPIPE_DIST ?? fileURLToPath(new URL('../../dist', import.meta.url))}/`,
);
const seen = []; // [path, isGone, nanoseconds, size]
const contents = new Map();
let isReading = false;

const note = (path, isGone) => {
  const at = Number(process.hrtime.bigint());
  let size = -1;
  try {
    size = isGone ? -1 : statSync(path).size;
    if (!isReading) return;
    if (isGone) contents.delete(path);
    else contents.set(path, readFileSync(path, 'latin1'));
  } catch {
    contents.delete(path);
  } finally {
    seen.push([path, isGone, at, size]);
  }
};

const starts = {
  async hotpipe(backend) {
    const { watch, chokidarBackend } = await import(new URL('sources/index.js', built).href);
    const chosen = backend === 'chokidar6' ? chokidarBackend(await import('chokidar6')) : backend;
    return () =>
      new Promise((resolve) => {
        const subscription = watch(dir, {
          backend: chosen,
          onReady: () => resolve(() => subscription.unsubscribe()),
        }).subscribe((event) => {
          if (event._tag === 'Renamed') note(event.from, true);
          note(event.path, event._tag === 'Deleted');
        });
      });
  },
  async chokidar(name) {
    const { watch } = await import(name);
    return () =>
      new Promise((resolve) => {
        const watcher = watch(dir, { ignoreInitial: true });
        watcher.on('all', (event, path) => {
          if (!event.endsWith('Dir')) note(path, event === 'unlink');
        });
        watcher.on('ready', () => resolve(() => watcher.close()));
      });
  },
  async parcel() {
    const { default: parcel } = await import('@parcel/watcher');
    return async () => {
      const subscription = await parcel.subscribe(dir, (_error, events) => {
        for (const { type, path } of events ?? []) note(path, type === 'delete');
      });
      return () => subscription.unsubscribe();
    };
  },
};

const [family, variant] = kind.split(':');
const start = await starts[family](variant);
const inotifyCount = () => {
  let count = 0;
  for (const descriptor of readdirSync('/proc/self/fdinfo')) {
    try {
      count += readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('inotify ')).length;
    } catch {}
  }
  return count;
};
const wrongCount = () => {
  const onDisk = new Map();
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    onDisk.set(path, readFileSync(path, 'latin1'));
  }
  let count = 0;
  for (const path of new Set([...onDisk.keys(), ...contents.keys()]))
    if (onDisk.get(path) !== contents.get(path)) count++;
  return count;
};

globalThis.gc?.();
const rssBefore = process.memoryUsage().rss;
const loop = monitorEventLoopDelay({ resolution: 1 });
loop.enable();
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
const stop = await start();
const readyMs = performance.now() - startedAt;
const cpu = process.cpuUsage(cpuBefore);
const blockMs = loop.max / 1e6;
setTimeout(() => {
  process.send({
    type: 'ready',
    readyMs,
    blockMs,
    cpuMs: (cpu.user + cpu.system) / 1000,
    rssMb: (process.memoryUsage().rss - rssBefore) / 2 ** 20,
    watchCount: inotifyCount(),
  });
}, 300);

let cpuMark = process.cpuUsage();
process.on('message', ({ type, ms }) => {
  if (type === 'take') process.send({ type: 'seen', seen: seen.splice(0) });
  if (type === 'read') {
    isReading = true;
    seen.length = 0;
    cpuMark = process.cpuUsage();
    process.send({ type: 'reading' });
  }
  if (type === 'block') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  if (type === 'rss') {
    setTimeout(() => {
      process.send({ type: 'rss', rssMb: (process.memoryUsage().rss - rssBefore) / 2 ** 20 });
    }, ms);
  }
  if (type === 'count') process.send({ type: 'count', count: seen.length });
  if (type === 'judge') {
    const used = process.cpuUsage(cpuMark);
    const lastAt = seen.reduce((latest, [, , at]) => Math.max(latest, at), 0);
    const key = ([path, isGone]) => `${path} ${isGone}`;
    const duplicateCount = seen.length - new Set(seen.map(key)).size;
    process.send({
      type: 'verdict',
      wrongCount: wrongCount(),
      count: seen.length,
      duplicateCount,
      lastAt,
      cpuMs: (used.user + used.system) / 1000,
    });
  }
  if (type === 'stop') {
    const at = performance.now();
    process.on('exit', () => {});
    void Promise.resolve(stop()).then(() => {
      process.send({ type: 'stopped', closeMs: performance.now() - at }, () =>
        process.disconnect(),
      );
    });
  }
});
