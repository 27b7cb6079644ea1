// Fails when a page of the project points at something that is not there: `node scripts/check-links.mjs`
//
// - A relative link or image must lead to a file of the repository, and its #anchor to a heading.
// - A path in code (`src/…`, `test/…`, `bench/…`) must be a file: pages name tests that the package does not ship.
// - A page in the npm package must only link to what is in the package too: its reader has nothing else.
// - A test that docs/reliability.md quotes by its title must exist under that title.
// - No page holds the marks of a merge that nobody finished: no compiler would say so.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const TOP_PAGES = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
const PAGE_FOLDERS = ['docs', 'bench'];
const CODE_FOLDERS = ['src', 'test', 'marble-tests', 'bench', 'examples', 'scripts', 'docs'];
const PROMISES = 'docs/reliability.md';

const pages = [...TOP_PAGES.filter((page) => existsSync(page)), ...PAGE_FOLDERS.flatMap(pagesIn)];
const packed = packedFiles();
const problems = pages.flatMap((page) => [
  ...deadLinks(page),
  ...(packed.has(page) ? linksOutOfThePackage(page) : []),
  ...deadPaths(page),
  ...mergeMarks(page),
]);
problems.push(...deadTitles());
if (pages.length < 5)
  problems.push(`only ${pages.length} pages found: the check is in the wrong place`);

for (const problem of problems) console.error(`check-links: ${problem}`);
if (problems.length > 0) process.exit(1);
const linkCount = pages.reduce((sum, page) => sum + linksOf(page).length, 0);
const shipped = pages.filter((page) => packed.has(page)).length;
console.log(`${linkCount} links in ${pages.length} pages lead somewhere; ${shipped} pages ship`);

function pagesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => join(folder, name));
}

function mergeMarks(page) {
  const lines = readFileSync(page, 'utf8').split('\n');
  return lines.flatMap((line, at) =>
    /^(?:<{7}|>{7}|\|{7}) /.test(line) ? [`${page}:${at + 1}: a merge is not finished here`] : [],
  );
}

/** The files that `npm publish` would send. */
function packedFiles() {
  const { stdout, stderr } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    shell: process.platform === 'win32',
  });
  try {
    const [{ files }] = JSON.parse(stdout);
    return new Set(files.map(({ path }) => path));
  } catch {
    throw new Error(`npm pack listed no files: ${stderr}`);
  }
}

function deadLinks(page) {
  return linksOf(page).flatMap(({ line, target, path, anchor }) => {
    if (!existsSync(path)) return [`${page}:${line}: ${target} is not in the repository`];
    if (anchor === '' || !path.endsWith('.md') || anchorsOf(path).has(anchor)) return [];
    return [`${page}:${line}: ${target}: ${path} has no heading #${anchor}`];
  });
}

function linksOutOfThePackage(page) {
  const inPackage = [...packed];
  return linksOf(page)
    .filter(({ path }) => existsSync(path) && !packed.has(path))
    .filter(({ path }) => !inPackage.some((file) => file.startsWith(`${path.replace(/\/$/, '')}/`)))
    .map(({ line, target }) => `${page}:${line}: ${target} is not in the npm package`);
}

/** Paths that stand in code, without those that hold a wildcard or a placeholder. */
function deadPaths(page) {
  const pattern = new RegExp(
    `(?<![\\w./-])(?:${CODE_FOLDERS.join('|')})/[\\w./-]+\\.\\w+(?![\\w*<{/])`,
    'g',
  );
  return linesOf(page).flatMap(({ text, line, isCode }) => {
    const code = isCode
      ? text
      : [...text.matchAll(/`([^`]+)`/g)].map(([, span]) => span).join('\n');
    return [...code.matchAll(pattern)]
      .map(([path]) => path)
      .filter((path) => !existsSync(path))
      .map((path) => `${page}:${line}: ${path} is not in the repository`);
  });
}

/** Each part of a quoted title, between its ellipses, must stand in a test. */
function deadTitles() {
  const tests = ['test', 'marble-tests']
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)))
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(path, 'utf8').replaceAll("\\'", "'"))
    .join('\n');
  return linesOf(PROMISES)
    .filter(({ text }) => text.startsWith('| '))
    .flatMap(({ text, line }) =>
      [...text.matchAll(/"([^"]+)"/g)].map(([, title]) => ({ line, title })),
    )
    .filter(({ title }) => !title.split('…').every((part) => tests.includes(part.trim())))
    .map(({ line, title }) => `${PROMISES}:${line}: no test has the title "${title}"`);
}

/** Links and images of a page that lead to a place in the project. */
function linksOf(page) {
  const link = /\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s+(\S+)|(?:href|src)="([^"]+)"/g;
  return linesOf(page)
    .filter(({ isCode }) => !isCode)
    .flatMap(({ text, line }) =>
      [...text.replace(/`[^`]*`/g, '').matchAll(link)].map(([, a, b, c]) => ({
        line,
        target: a ?? b ?? c,
      })),
    )
    .filter(({ target }) => !/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target))
    .map(({ line, target }) => {
      const [file, anchor = ''] = target.split('#');
      const path = file === '' ? page : normalize(join(dirname(page), decodeURIComponent(file)));
      return { line, target, path, anchor };
    });
}

/** The anchors of a page as GitHub makes them: lower case, no punctuation, a number for each repetition. */
function anchorsOf(page) {
  const anchors = new Set();
  for (const { text, isCode } of linesOf(page)) {
    const heading = isCode ? undefined : /^#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const name = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = name;
    for (let i = 1; anchors.has(anchor); i += 1) anchor = `${name}-${i}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Lines from 1, each with whether it stands in a fenced block. */
function linesOf(page) {
  let fence = '';
  return readFileSync(page, 'utf8')
    .split('\n')
    .map((text, i) => {
      const mark = /^\s*(```+|~~~+)/.exec(text)?.[1] ?? '';
      const isCode = fence !== '' || mark !== '';
      if (fence === '') fence = mark;
      else if (mark.startsWith(fence)) fence = '';
      return { text, line: i + 1, isCode };
    });
}
