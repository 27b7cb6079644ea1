import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../../src/model/reload/ReloadError.js';
import type { PluginRuntime } from '../../../src/runtime/index.js';
import { type Answer, answerOf } from './answer.mjs';
import { type ConformanceCase, entryOf, statesOf } from './ConformanceCase.js';
import { makeLinks } from './makeLinks.js';

/** An answer of hotpipe. A failed load is told in words, so it has no code. */
export type OwnAnswer = Answer & { readonly isLoadFailure?: boolean };

/** The answers of hotpipe per step. The plugin is loaded once, and reloaded after each edit. */
export async function hotpipeAnswers(options: {
  readonly runtime: PluginRuntime;
  readonly one: ConformanceCase;
  /** A folder that no other case has. */
  readonly dir: string;
  readonly name: string;
  readonly mode: 'in-process' | 'worker';
}): Promise<readonly OwnAnswer[]> {
  const { runtime, one, dir, name, mode } = options;
  const folder = join(dir, 'plugin');
  const answers: OwnAnswer[] = [];
  const [first = {}] = statesOf(one);
  const start = { 'plugin.toml': manifest(name, entryOf(one), mode), ...first };
  for (const files of [start, ...(one.after ?? []).map(({ edit }) => edit)]) {
    const isFirst = answers.length === 0;
    writeFiles(folder, files);
    if (isFirst) makeLinks(folder, one);
    const loading = isFirst ? runtime.loadManifest(folder) : runtime.reloadPlugin(name);
    const work = async () => {
      const loaded: Either<ReloadError, unknown> = await loading();
      if (isLeft(loaded)) throw new LoadFailure(loaded.left);
      return runtime.call(name, one.call ?? 'value', ...(one.args ?? []));
    };
    const answer = await answerOf(work);
    answers.push(JSON.parse(JSON.stringify(answer).replaceAll(folder, '<dir>')));
  }
  await runtime.unloadPlugin(name)();
  return answers.map((answer) => withoutMark(answer));
}

const MARK = 'a load failed: ';

/** A failed load as an error of the name that the failure tells. */
class LoadFailure extends Error {
  constructor({ _tag, message }: ReloadError) {
    super(`${MARK}${message}`);
    const told = /\b([A-Z]\w*Error)\b/.exec(message)?.[1];
    this.name = told ?? (_tag === 'CompilationFailed' ? 'SyntaxError' : _tag);
  }
}

function withoutMark(answer: Answer): OwnAnswer {
  if ('value' in answer || !answer.error.message.startsWith(MARK)) return answer;
  const { name, message } = answer.error;
  return { error: { name, message: message.slice(MARK.length) }, isLoadFailure: true };
}

function writeFiles(folder: string, files: Readonly<Record<string, string | null>>): void {
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, file);
    if (text === null) {
      rmSync(path);
      continue;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function manifest(name: string, entry: string, mode: string): string {
  return [
    `name = "${name}"`,
    'version = "1.0.0"',
    'api-version = { major = 0, minor = 1, patch = 0 }',
    `source = "./${entry}"`,
    `mode = "${mode}"`,
    '',
  ].join('\n');
}
