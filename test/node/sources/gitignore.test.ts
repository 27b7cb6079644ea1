import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GitignoreRules } from '../../../src/sources/filters/GitignoreRules.js';
import { withWatched } from '../../cases/source/watched.js';

const hasGit = spawnSync('git', ['--version']).status === 0;
const segment = fc.constantFrom('a', 'b', 'c.ts', 'ab', '.d');
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const line = fc
  .tuple(
    fc.constantFrom('', '', '!', '#'),
    fc.constantFrom('', '', '/', '**/'),
    fc.array(fc.constantFrom('a', 'b', '*', 'a*', '?', '*.ts', 'c.ts', '**', '[ab]', '.d'), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.constantFrom('', '', '/', '/*', '/**', ' '),
  )
  .map(([not, start, parts, end]) => not + start + parts.join('/') + end);
const file = fc.array(line, { maxLength: 5 }).map((lines) => `${lines.join('\n')}\n`);
const prefixes = ['', 'a/', 'a/b/'];

describe.skipIf(!hasGit)('compared with git', () => {
  it('ignores what git ignores', { timeout: 60_000 }, () =>
    withWatched({}, (w) => {
      const git = (args: readonly string[], input = '') =>
        spawnSync('git', ['-c', 'core.excludesFile=', '-c', 'core.ignorecase=false', ...args], {
          cwd: w.dir,
          encoding: 'utf8',
          input,
        });
      expect(git(['init', '-q']).status).toBe(0);
      for (const prefix of prefixes) w.write(`${prefix}x`);
      fc.assert(
        fc.property(
          fc.tuple(file, file, file),
          fc.uniqueArray(path, { minLength: 5, maxLength: 30 }),
          (texts, paths) => {
            const rules = new GitignoreRules();
            for (const [i, prefix] of prefixes.entries()) {
              writeFileSync(w.path(`${prefix}.gitignore`), texts[i]!);
              rules.set(prefix, `${i}`, texts[i]!);
            }
            // With --no-index git also judges paths that do not exist, as files. These two are directories.
            const asFiles = paths.filter((each) => !['a', 'a/b'].includes(each));
            const args = ['check-ignore', '--no-index', '--stdin'];
            const ignored = new Set(git(args, asFiles.join('\n')).stdout.split('\n'));
            const ours = asFiles.filter((each) => rules.isIgnored('', each, 'file'));
            expect(ours).toEqual(asFiles.filter((each) => ignored.has(each)));
          },
        ),
        // A defect once: the space after the last `**`, which git strips, was matched.
        {
          numRuns: 120,
          examples: [
            [
              ['\n', '**/*.ts/**/** \n', '\n'],
              ['a', '.d', 'a/c.ts/a'],
            ],
          ],
        },
      );
    }),
  );
});

it('does not watch an ignored directory', () => {
  const watchCount = () =>
    readdirSync('/proc/self/fdinfo').flatMap((descriptor) => {
      try {
        const text = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
        return text.split('\n').filter((each) => each.startsWith('inotify '));
      } catch {
        return [];
      }
    }).length;
  const files: Record<string, string> = { '.gitignore': 'node_modules\n', 'src/a.ts': 'a' };
  for (let i = 0; i < 50; i++) files[`node_modules/m${i}/index.js`] = 'm';
  return withWatched({ files, gitignore: true, backend: 'nodeFs' }, () => {
    if (existsSync('/proc/self/fdinfo')) expect(watchCount()).toBe(2);
  });
});

it('reports the lines that it does not apply, and applies the others', () =>
  withWatched(
    { files: { '.gitignore': '*.log\n**/a/**/a/**/a\n' }, gitignore: true },
    async (w) => {
      expect(w.errors.map(({ code, path: at }) => [code, at])).toEqual([
        ['ERR_GITIGNORE', w.path('.gitignore')],
      ]);
      expect(w.errors[0]?.message).toContain('line 2');
      w.write('a.log');
      expect(await w.settled()).toEqual([]);
      w.write('.gitignore', '*.log\n');
      await w.until(() => w.recovered.length === 1, 'the recovery');
    },
  ));

it('judges a path of 2,000 directories within a second', () => {
  const rules = new GitignoreRules();
  rules.set('', '1', '**/a/**/b\na/**/c\n');
  const startMs = performance.now();
  expect(rules.isIgnored('a/'.repeat(2000), 'x', 'file')).toBe(false);
  expect(performance.now() - startMs).toBeLessThan(1000);
});
