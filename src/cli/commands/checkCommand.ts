import { relative } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { diskFiles } from '../../modules/adapters/diskFiles.js';
import { checkPlugins, type PluginCheck } from '../../runtime/checkPlugins.js';
import { isPluginFileName } from '../../runtime/manifest/impliedManifest.js';
import { colors, showsColors } from '../../sinks/terminal/colors.js';
import { escapeText } from '../../sinks/terminal/escapeText.js';
import type { CheckCommand } from '../arguments/Command.js';
import { requireCompileCache } from '../arguments/compileCacheOf.js';

const INDENT = '    ';
const MAX_NAMED_COUNT = 3;

interface CheckReport {
  readonly text: string;
  /** 0 every plugin is valid as far as can be said without running it, 1 at least one is not, there is none, or nothing could be kept. */
  readonly exitCode: 0 | 1;
}

/** What `hotpipe check` prints: one line per plugin, with the code frames of its problems below, or one line of JSON per plugin. */
export async function checkCommand(
  { dir, isJson, apiVersion, manifests, shared, compile }: CheckCommand,
  out: { readonly isTTY?: boolean | undefined },
): Promise<CheckReport> {
  const isColored = showsColors(out);
  const directory = compile && requireCompileCache(dir, compile.stateDir);
  const unkept: ReloadError[] = [];
  const checked = await checkPlugins(dir, {
    apiVersion,
    root: rootOf(dir),
    ...(manifests && { manifests }),
    ...(shared && { shared }),
    ...(directory !== undefined && { compileCache: { directory } }),
    onError: (error) => unkept.push(error),
  });
  if (isLeft(checked)) {
    const { left: error } = checked;
    const line = isJson ? jsonProblem(error) : problemText(error);
    return { text: `${line}\n`, exitCode: 1 };
  }
  const checks = checked.right;
  const isGood = checks.length > 0 && checks.every(({ problems }) => problems.length === 0);
  const lineOf = isJson ? (check: PluginCheck) => JSON.stringify(check) : describe(isColored);
  const none = isJson
    ? []
    : [
        `no plugin in ${escapeText(dir)}: none of its folders has a plugin.toml, a plugin.json or a package.json with the key hotpipe; name the directory that holds your plugins${singleFiles(dir, manifests)}`,
      ];
  const lines = [
    ...(checks.length === 0 ? none : checks.map(lineOf)),
    ...unkept.map(isJson ? jsonProblem : problemText),
  ];
  const exitCode = isGood && unkept.length === 0 ? 0 : 1;
  return { text: lines.map((line) => `${line}\n`).join(''), exitCode };
}

/** The source files in a directory that are plugins where none needs a manifest. */
function singleFiles(dir: string, manifests: CheckCommand['manifests']): string {
  const single = manifests === 'optional' ? [] : diskFiles.list(dir).filter(isPluginFileName);
  if (single.length === 0) return '';
  const leftCount = single.length - MAX_NAMED_COUNT;
  const more = leftCount > 0 ? ` and ${leftCount} more` : '';
  const names = single.slice(0, MAX_NAMED_COUNT).map((name) => escapeText(name));
  return `, or add --manifests optional, which takes ${names.join(', ')}${more}`;
}

/** The directory that paths are printed relative to: the current one, if the plugins are below it. */
function rootOf(dir: string): string {
  return relative(process.cwd(), dir).startsWith('..') ? dir : process.cwd();
}

function describe(isColored: boolean): (check: PluginCheck) => string {
  const { good, bad, strong } = colors(isColored);
  return ({ plugin, version, fileCount, problems }) => {
    const name = strong(escapeText(plugin));
    if (problems.length === 0) {
      const files = `${fileCount} file${fileCount === 1 ? '' : 's'}`;
      return `${good('ok')}   ${name} ${escapeText(version ?? '')}, ${files}`;
    }
    return problems.map((error) => `${bad('bad')}  ${name} ${problemText(error)}`).join('\n');
  };
}

function jsonProblem(error: ReloadError): string {
  return JSON.stringify({ plugin: '', problems: [error] });
}

function problemText(error: ReloadError): string {
  const frame = 'frame' in error && typeof error.frame === 'string' ? error.frame : '';
  const lines = frame === '' ? [] : escapeText(frame, { isFrame: true }).trimEnd().split('\n');
  return [escapeText(error.message), ...lines.map((line) => `${INDENT}${line}`)].join('\n');
}
