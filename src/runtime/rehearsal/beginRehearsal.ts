import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { RehearsedPlugin, ReloadTarget } from '../../model/reload/ReloadTarget.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';
import { REHEARSAL_ROOT, RehearsalFiles } from './RehearsalFiles.js';

const PLUGIN = 'rehearsal';
/** The engine compiles a function better the more often it runs: a text of some length makes the functions that read texts run often. */
const STEPS_COUNT = 40;
/** Beside two files that are saved, so that what a reload does per file runs often too. */
const CONSTANTS_COUNT = 12;

/** A runtime that rehearses, in place of the one that serves. */
export interface RehearsingRuntime extends ReloadTarget {
  loadManifest(path: string): TaskEither<ReloadError, unknown>;
  call(plugin: string, fn: string, ...args: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Loads a plugin of hotpipe's own, whose files are in memory, into a runtime that `make` makes for it. */
export async function beginRehearsal(
  make: (files: PluginFiles) => RehearsingRuntime,
): Promise<RehearsedPlugin | undefined> {
  const files = new RehearsalFiles();
  const folder = join(REHEARSAL_ROOT, PLUGIN);
  const save = (name: string, text: string) => files.save(join(folder, name), text);
  save('plugin.toml', MANIFEST);
  save('index.ts', entryText(0));
  save('part.ts', partText(0));
  for (const name of CONSTANTS)
    save(`${name}.ts`, `export const ${name}: number = ${name.length};\n`);
  const runtime = make(files);
  const loaded = await runtime.loadManifest(join(folder, 'plugin.toml'))();
  if (isLeft(loaded)) {
    await runtime.close();
    return undefined;
  }
  let savesCount = 0;
  return {
    plugin: PLUGIN,
    target: runtime,
    folder,
    files: { text: (path) => files.text(path), names: (path) => files.names(path) },
    save() {
      savesCount += 1;
      // A plugin of one file is saved by its entry, and one of many mostly by another one.
      const isEntry = savesCount % 2 === 0;
      const name = isEntry ? 'index.ts' : 'part.ts';
      save(name, isEntry ? entryText(savesCount) : partText(savesCount));
      return name;
    },
    call: () => runtime.call(PLUGIN, 'answer', savesCount),
    end: () => runtime.close(),
  };
}

const CONSTANTS = Array.from({ length: CONSTANTS_COUNT }, (_, i) => `constant${i}`);

const MANIFEST = `name = "${PLUGIN}"
version = "1.0.0"
source = "index.ts"
exports = ["answer"]

[api-version]
major = 0
minor = 1
patch = 0
`;

function entryText(run: number): string {
  return `import { EventEmitter } from 'node:events';
import { add, type Part, values } from './part.js';
${CONSTANTS.map((name) => `import { ${name} } from './${name}.js';`).join('\n')}

interface State { readonly count: number }

let count = ${run};
export const events = new EventEmitter();
export { add } from './part.js';
export const sum = ${CONSTANTS.join(' + ')};

export function answer(value: number): Part {
  count += 1;
  return { name: \`answer \${value}\`, value: add(value, values.length) };
}
export const saveState = (): State => ({ count });
export function restoreState(state: State): void {
  count = state.count;
}
export async function start(): Promise<void> {
  await Promise.resolve();
}
export async function stop(): Promise<void> {
  events.removeAllListeners();
}
${stepsText('number')}`;
}

function partText(run: number): string {
  return `export interface Part { readonly name: string; readonly value: number }
export const run = ${run};
export const add = (a: number, b: number): number => a + b + run;
export const values: readonly Part[] = [{ name: 'run', value: run }];
export default class Parts {
  readonly #parts = new Map<string, Part>();
  set(part: Part): this {
    this.#parts.set(part.name, part);
    return this;
  }
}
${stepsText('number')}`;
}

/** Lines of ordinary code. */
function stepsText(type: string): string {
  return Array.from(
    { length: STEPS_COUNT },
    (_, i) =>
      `const step${i} = (a: ${type}, b: ${type}): ${type} => (a * ${i} + b) % 97; // step ${i}\n`,
  ).join('');
}
