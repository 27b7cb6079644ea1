import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type PluginFolders, pluginFolders } from '../runtime/pluginFolders.js';

const HOST = fileURLToPath(new URL('../../fixtures/modules/toolsHost.mjs', import.meta.url));

/** In each file, `work` has a line that says so. Lines above it vanish when the file is compiled. */
const FILES = {
  'index.ts': `import type { Job } from './job.js';
import { work as inJavascript } from './plain.js';
import { work as inCommonjs } from './legacy.cjs';
import { work as inElements } from './elements.tsx';
import required from './required.cts';
interface Kept {
  readonly job: Job;
}
enum Level { Low = 1, High }
export function run(input?: Kept): number {
  const level: Level = input === undefined ? Level.Low : Level.High; // here
  return level + inJavascript() + inCommonjs() + inElements() + required.work();
}
export function never(): void {
  run();
}
`,
  'job.ts': 'export interface Job { readonly id: number }\n',
  'plain.js': `import { sep } from 'node:path';
// A comment.
export function work() {
  return sep.length; // here
}
`,
  'legacy.cjs': `'use strict';
const { sep } = require('node:path');
exports.work = function work() {
  return sep.length; // here
};
`,
  'elements.tsx': `/** @jsx make */
type Props = { readonly a: number } | null;
const make = (name: string, props: Props): number =>
  name.length + (props?.a ?? 0);
export function work(): number {
  return <b
    a={1}
  />; // below
}
`,
  'required.cts': `import { sep } from 'node:path';
interface Nothing {
  readonly a?: number;
}
export function work(_: Nothing = {}): number {
  return sep.length; // here
}
`,
};

function lineOf(text: string): number {
  const lines = text.split('\n');
  const here = lines.findIndex((line) => line.includes('// here'));
  return 1 + (here >= 0 ? here : lines.findIndex((line) => line.includes('return <b')));
}

const STOPS = Object.entries(FILES).filter(([file]) => file !== 'job.ts');

interface HostEnd {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

async function runHost(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<HostEnd> {
  const child = spawn(process.execPath, [HOST, ...args], { env: { ...process.env, ...env } });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output, errors };
}

function toolsPlugin(): PluginFolders {
  const folders = pluginFolders();
  folders.plugin('tools', FILES);
  return folders;
}

describe.each(['in-process', 'worker'] as const)('%s', (mode) => {
  test('a breakpoint by the URL of a file binds in the first version and in the next one', async () => {
    const folders = toolsPlugin();
    const edits = Object.fromEntries(STOPS.map(([file, text]) => [file, `${text}// edited\n`]));
    const { output, errors } = await runHost([
      folders.path('tools'),
      mode,
      JSON.stringify(STOPS.map(([file, text]) => [file, lineOf(text)])),
      JSON.stringify(edits),
    ]);
    const stops = STOPS.map(([file, text]) => ({
      url: pathToFileURL(folders.path(`tools/${file}`)).href,
      line: lineOf(text),
      functionName: file === 'index.ts' ? 'run' : 'work',
    }));

    expect(errors).not.toContain('Error');
    expect(JSON.parse(output)).toEqual([...stops, ...stops]);
  });

  test('coverage counts the lines of each file', async () => {
    const folders = toolsPlugin();
    const into = folders.path('coverage');
    mkdirSync(into);
    const { code } = await runHost([folders.path('tools'), mode, '[]'], {
      NODE_V8_COVERAGE: into,
    });
    expect(code).toBe(0);
    for (const [file, text] of STOPS) {
      const path = folders.path(`tools/${file}`);
      const called = coveredLines(into, path);
      expect([file, called.get(lineOf(text))]).toEqual([file, 1]);
    }
    // The body of `never`, which nobody calls.
    expect(coveredLines(into, folders.path('tools/index.ts')).get(15)).toBe(0);
  });
});

test('the header of an error that ends the process names the line of the source', async () => {
  const folders = toolsPlugin();
  folders.write(
    'tools/index.ts',
    `interface Gone {\n  readonly a: 1;\n}\nexport function run(_?: Gone): void {\n  queueMicrotask(() => {\n    throw new Error('ends the host');\n  });\n}\n`,
  );
  const { errors } = await runHost([folders.path('tools'), 'in-process', '[]']);

  expect(errors).toContain(
    `${pathToFileURL(folders.path('tools/index.ts')).href}:6\n\t\tthrow new Error("ends the host");`,
  );
  expect(errors).toContain(`at ${folders.path('tools/index.ts')}:6:11`);
});

interface CoverageFile {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly ranges: readonly {
        readonly startOffset: number;
        readonly endOffset: number;
        readonly count: number;
      }[];
    }[];
  }[];
  readonly 'source-map-cache'?: Readonly<
    Record<string, { readonly lineLengths: readonly number[]; readonly data: unknown }>
  >;
}

/**
 * How often each line of a source ran. As c8 does it: ranges of all threads that are the same are added up, and the smallest one around a
 * whole line counts. Lines count from 1.
 */
function coveredLines(directory: string, path: string): ReadonlyMap<number, number> {
  const { href } = pathToFileURL(path);
  const files = readdirSync(directory).map(
    (name): CoverageFile => JSON.parse(readFileSync(`${directory}/${name}`, 'utf8')),
  );
  const ranges = new Map<string, { start: number; end: number; count: number }>();
  for (const { result } of files) {
    for (const { functions } of result.filter(({ url }) => url === href)) {
      for (const { startOffset: start, endOffset: end, count } of functions.flatMap(
        (one) => one.ranges,
      )) {
        const before = ranges.get(`${start} ${end}`)?.count ?? 0;
        ranges.set(`${start} ${end}`, { start, end, count: before + count });
      }
    }
  }
  const cached = files.map((file) => file['source-map-cache']?.[href]).find((one) => one);
  if (cached === undefined) return new Map();
  const data: ConstructorParameters<typeof SourceMap>[0] = JSON.parse(JSON.stringify(cached.data));
  const map = new SourceMap(data);
  /** By line of the source: where its first word and its last one stand in the running code. */
  const spans = new Map<number, { from: number; to: number }>();
  let offset = 0;
  for (const [line, length] of cached.lineLengths.entries()) {
    for (let column = 0; column < length; column += 1) {
      const entry = map.findEntry(line, column);
      if (!('originalLine' in entry)) continue;
      const at = offset + column;
      const { from = at } = spans.get(entry.originalLine + 1) ?? {};
      spans.set(entry.originalLine + 1, { from, to: at });
    }
    offset += length + 1;
  }
  const bySize = [...ranges.values()].sort((a, b) => b.end - b.start - (a.end - a.start));
  return new Map(
    [...spans].map(([line, { from, to }]) => [
      line,
      bySize.findLast(({ start, end }) => start <= from && to < end)?.count ?? 0,
    ]),
  );
}
