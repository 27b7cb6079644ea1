// What one event costs to be routed: `pluginsOf` of a runtime with many plugins, for the events that there are. The yardstick is a question
// to each plugin, as it was before there was an index: has it read the file, or is the file in its folder?
//
//   node --import tsx bench/relevance/run.ts [plugins] [files of each]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PluginRuntime } from '../../src/runtime/index.js';

const [pluginCount = 1_000, fileCount = 20] = process.argv.slice(2).map(Number);
const ROUNDS_COUNT = 5;
const EVENTS_COUNT = 20_000;

const dir = mkdtempSync(join(tmpdir(), 'hotpipe-bench-'));
const folders = Array.from({ length: pluginCount }, (_, at) => join(dir, `p${at}`));
const used = new Map<string, ReadonlySet<string>>();
for (const [at, folder] of folders.entries()) {
  mkdirSync(join(folder, 'src'), { recursive: true });
  const manifest = `name = "p${at}"\nversion = "1.0.0"\nsource = "./index.ts"\n`;
  writeFileSync(join(folder, 'plugin.toml'), manifest);
  const parts = Array.from({ length: fileCount - 1 }, (_, part) => `src/f${part}.ts`);
  for (const part of parts) writeFileSync(join(folder, part), 'export const v = 1;');
  const imports = parts.map((part) => `import './${part.replace('.ts', '.js')}';`).join('\n');
  writeFileSync(join(folder, 'index.ts'), `${imports}\nexport const value = () => 1;`);
  used.set(folder, new Set(['index.ts', ...parts].map((name) => join(folder, name))));
}
const runtime = new PluginRuntime();
await runtime.loadDirectory(dir)();

const asked = (path: string) =>
  [...used].flatMap(([folder, files]) =>
    files.has(path) || path.startsWith(`${folder}/`) ? [folder] : [],
  );
const kinds: Readonly<Record<string, (at: number) => string>> = {
  'a source of a plugin': (at) =>
    join(folders[at % pluginCount] ?? dir, `src/f${at % (fileCount - 1)}.ts`),
  'a source that is gone': (at) =>
    join(folders[at % pluginCount] ?? dir, `src/f${at % (fileCount - 1)}.old.ts`),
  'a folder that is gone': (at) => join(dir, `gone${at % 1_000}`, 'src', 'f1.ts'),
  'a log in its folder': (at) => join(folders[at % pluginCount] ?? dir, `out${at % 7}.log`),
};
for (const [kind, pathOf] of Object.entries(kinds)) {
  const paths = Array.from({ length: EVENTS_COUNT }, (_, at) => pathOf(at));
  const microseconds = (work: (path: string) => unknown, count: number) => {
    // Processor time: on a busy machine the clock says nothing.
    const start = process.cpuUsage();
    for (const path of paths.slice(0, count)) work(path);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / count;
  };
  const rounds = Array.from({ length: ROUNDS_COUNT }, () => [
    microseconds((path) => runtime.pluginsOf(path), EVENTS_COUNT),
    microseconds(asked, 500),
  ]);
  const middle = (column: number) =>
    (
      rounds.map((round) => round[column] ?? 0).sort((a, b) => a - b)[ROUNDS_COUNT >> 1] ?? 0
    ).toFixed(1);
  console.log(`${kind}: ${middle(0)} µs an event; a question to each plugin: ${middle(1)} µs`);
}
await runtime.close();
rmSync(dir, { recursive: true, force: true });
