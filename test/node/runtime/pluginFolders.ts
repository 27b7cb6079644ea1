import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import { onTestFinished } from 'vitest';
import type { ReloadError } from '../../../src/model/reload/ReloadError.js';
import type { RuntimeOptions } from '../../../src/runtime/index.js';
import { PluginRuntime } from '../../../src/runtime/index.js';

export interface PluginFolders {
  readonly dir: string;
  path(name: string): string;
  write(name: string, text: string): void;
  remove(name: string): void;
  /** Writes a folder with a manifest and these files; `lines` are added to the manifest. */
  plugin(name: string, files: Readonly<Record<string, string>>, lines?: string): void;
}

/** A directory of plugins that is deleted when the test ends. */
export function pluginFolders(): PluginFolders {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-runtime-')));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const path = (name: string) => join(dir, name);
  const write = (name: string, text: string) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
  };
  return {
    dir,
    path,
    write,
    remove: (name) => rmSync(path(name), { recursive: true, force: true }),
    plugin(name, files, lines = '') {
      write(`${name}/plugin.toml`, manifest(name, lines));
      for (const [file, text] of Object.entries(files)) write(`${name}/${file}`, text);
    },
  };
}

export function manifest(name: string, lines = ''): string {
  return [
    `name = "${name}"`,
    'version = "1.0.0"',
    'api-version = { major = 0, minor = 1, patch = 0 }',
    'source = "./index.ts"',
    lines,
    '',
  ].join('\n');
}

/** A runtime that is closed when the test ends, and the errors that its `onError` was called with. */
export function startRuntime(options: RuntimeOptions = {}): {
  runtime: PluginRuntime;
  errors: ReloadError[];
} {
  const errors: ReloadError[] = [];
  const runtime = new PluginRuntime({ onError: (error) => errors.push(error), ...options });
  onTestFinished(() => runtime.close());
  return { runtime, errors };
}

/** The value of a Right; a Left fails the test with its message. */
export function right<A>(result: Either<ReloadError, A>): A {
  if (isLeft(result)) throw new Error(`${result.left._tag}: ${result.left.message}`);
  return result.right;
}

/** The error of a Left; a Right fails the test. */
export function left<A>(result: Either<ReloadError, A>): ReloadError {
  if (isLeft(result)) return result.left;
  throw new Error(`expected a failure, got ${JSON.stringify(result.right)}`);
}
