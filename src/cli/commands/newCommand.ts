import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { impliedName } from '../../runtime/manifest/impliedManifest.js';
import type { NewCommand } from '../arguments/Command.js';
import { UsageError } from '../arguments/UsageError.js';

/** As `name` in a manifest. */
const NAME = /^[a-z0-9][a-z0-9-]*$/i;

/** `hotpipe new`: writes a plugin that runs as it is. Returns what to do next. Throws a `UsageError`. */
export function newCommand(command: NewCommand): string {
  return command.isSingle === true ? writeFile(command) : writeFolder(command);
}

/** A folder with a manifest and a source. */
function writeFolder({ path, language }: NewCommand): string {
  const folder = resolve(path);
  const name = nameOf(folder);
  if (existsSync(folder) && !isEmpty(folder)) {
    throw new UsageError(`${folder} exists and is not empty; choose another name`);
  }
  mkdirSync(folder, { recursive: true });
  const source = `index.${language}`;
  writeFileSync(join(folder, 'plugin.toml'), manifestText(name, source));
  writeFileSync(join(folder, source), sourceText(language));
  const dir = shownPath(dirname(folder));
  return told(`${shownPath(folder)}: plugin.toml and ${source}`, {
    name,
    watch: dir,
    source: join(shownPath(folder), source),
  });
}

/** One source file, which needs no manifest. */
function writeFile({ path, language }: NewCommand): string {
  const file = resolve(/\.[jt]s$/.test(path) ? path : `${path}.${language}`);
  nameOf(file.slice(0, -'.ts'.length));
  const name = impliedName(file);
  if (existsSync(file)) throw new UsageError(`${file} exists; choose another name`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, sourceText(file.endsWith('.ts') ? 'ts' : 'js'));
  return told(shownPath(file), {
    name,
    watch: `${shownPath(dirname(file))} --manifests optional`,
    source: shownPath(file),
  });
}

/** The last part of a path, which must be a name. */
function nameOf(path: string): string {
  const name = basename(path);
  if (NAME.test(name)) return name;
  throw new UsageError(
    `"${name}" is no name of a plugin; use letters, digits and hyphens, such as my-plugin`,
  );
}

function told(
  made: string,
  { name, watch, source }: Readonly<Record<'name' | 'watch' | 'source', string>>,
): string {
  return [
    `made ${made}`,
    `run it:   npx hotpipe watch ${watch}`,
    `call it:  npx hotpipe call ${name} increment 1`,
    `then edit ${source} and save: the count is kept`,
    '',
  ].join('\n');
}

function shownPath(path: string): string {
  return relative(process.cwd(), path) || '.';
}

function isEmpty(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false;
  }
}

function manifestText(name: string, source: string): string {
  return `name = "${name}"
version = "1.0.0"
source = "${source}"
exports = ["increment", "current"]

[api-version]
major = 0
minor = 1
patch = 0
`;
}

const typescriptText = `let count = 0;

export function increment(by = 1): number {
  count += by;
  return count;
}

export function current(): number {
  return count;
}

// Before a reload the host saves what this returns, and gives it to the new version.
export function saveState(): { count: number } {
  return { count };
}

export function restoreState(state: { count: number }): void {
  count = state.count;
}
`;

function sourceText(language: NewCommand['language']): string {
  if (language === 'ts') return typescriptText;
  return typescriptText.replaceAll(/: \{ count: number \}|: number|: void/g, '');
}
