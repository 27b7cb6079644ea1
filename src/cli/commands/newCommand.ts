import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { NewCommand } from '../arguments/Command.js';
import { UsageError } from '../arguments/UsageError.js';

/** As `name` in a manifest. */
const NAME = /^[a-z0-9][a-z0-9-]*$/i;

/** `hotpipe new`: writes a plugin that runs as it is. Returns what to do next. Throws a `UsageError`. */
export function newCommand({ path, language }: NewCommand): string {
  const folder = resolve(path);
  const name = basename(folder);
  if (!NAME.test(name)) {
    throw new UsageError(
      `"${name}" is no name of a plugin; use letters, digits and hyphens, such as my-plugin`,
    );
  }
  if (existsSync(folder) && !isEmpty(folder)) {
    throw new UsageError(`${folder} exists and is not empty; choose another name`);
  }
  mkdirSync(folder, { recursive: true });
  const source = language === 'ts' ? 'index.ts' : 'index.js';
  writeFileSync(join(folder, 'plugin.toml'), manifestText(name, source));
  writeFileSync(join(folder, source), language === 'ts' ? typescriptText : javascriptText);
  const shown = relative(process.cwd(), folder) || '.';
  const dir = relative(process.cwd(), dirname(folder)) || '.';
  return [
    `made ${shown}: plugin.toml and ${source}`,
    `run it:   npx hotpipe watch ${dir}`,
    `call it:  npx hotpipe call ${name} increment 1`,
    `then edit ${join(shown, source)} and save: the count is kept`,
    '',
  ].join('\n');
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

const javascriptText = typescriptText.replaceAll(/: \{ count: number \}|: number|: void/g, '');
