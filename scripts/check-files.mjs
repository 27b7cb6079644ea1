// Checks the size and the place of each file in src:
//   - no file is longer than 250 lines, or 350 where it holds a class: split it by idea;
//   - no file is shorter than 25 lines and imported by one other file only: it belongs into that file;
//   - no folder holds more than 20 files;
//   - nothing is called utils, common, helpers or internal, and nothing is imported from such a path.
import { readdirSync, readFileSync } from 'node:fs';
import { posix, sep } from 'node:path';

const MAX_LINE_COUNT = 250;
const MAX_CLASS_LINE_COUNT = 350;
const MIN_LINE_COUNT = 25;
const MAX_FOLDER_FILE_COUNT = 20;
const VAGUE_NAMES = ['utils', 'common', 'helpers', 'internal'];

/** Files that a process or a thread starts with. */
const PROGRAMS = [
  'src/cli/main.ts',
  'src/cli/mainOfChunks.ts',
  'src/runtime/worker/thread/workerMain.ts',
];

/** Long files that stay whole; each with its reason. */
const ALLOWED_LONG_FILES = {};

/** Short files that stay although one file imports them; each with its reason. */
const ALLOWED_SHORT_FILES = {};

const files = readdirSync('src', { recursive: true })
  .map((file) => posix.join('src', file.split(sep).join('/')))
  .filter((file) => file.endsWith('.ts'))
  .sort();
const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
const specifiers = new Map(files.map((file) => [file, importsIn(texts.get(file))]));
const publicFiles = filesExportedFrom(files.filter(isPublicEntry));
const findings = [
  ...files.flatMap(tooLong),
  ...files.flatMap(tooShort),
  ...foldersTooFull(),
  ...files.flatMap(vagueNames),
  ...unusedExceptions(),
];

for (const finding of findings) console.error(finding);
if (findings.length > 0) {
  console.error(`check-files: ${findings.length} findings in ${files.length} files`);
  process.exit(1);
}
console.log(`${files.length} files have their size and place`);

function tooLong(file) {
  const text = texts.get(file);
  const hasClass = /^(export )?(default )?(abstract )?class /m.test(text);
  const maxCount = hasClass ? MAX_CLASS_LINE_COUNT : MAX_LINE_COUNT;
  const count = lineCount(text);
  if (count <= maxCount || file in ALLOWED_LONG_FILES) return [];
  const kind = hasClass ? 'a file with a class' : 'a file without a class';
  return [`${file}: ${count} lines; ${kind} has at most ${maxCount}: split it by idea`];
}

function tooShort(file) {
  const count = lineCount(texts.get(file));
  if (count >= MIN_LINE_COUNT || file in ALLOWED_SHORT_FILES || mayBeShort(file)) return [];
  const importers = importersOf(file);
  if (importers.length !== 1) return [];
  return [
    `${file}: ${count} lines, imported by ${importers[0]} only: merge it into that file (it is no public type, adapter, entry point, or door to a package)`,
  ];
}

function mayBeShort(file) {
  return (
    isPublicEntry(file) ||
    PROGRAMS.includes(file) ||
    publicFiles.has(file) ||
    posix.dirname(file).split('/').includes('adapters') ||
    isDoorToPackage(file)
  );
}

function foldersTooFull() {
  const counts = new Map();
  for (const file of files) {
    const folder = posix.dirname(file);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > MAX_FOLDER_FILE_COUNT)
    .map(
      ([folder, count]) =>
        `${folder}: ${count} files; a folder has at most ${MAX_FOLDER_FILE_COUNT}: make rooms in it`,
    );
}

function vagueNames(file) {
  const isVague = (path) =>
    path.split('/').some((part) => VAGUE_NAMES.includes(part.replace(/\.[jt]s$/, '')));
  const own = isVague(file) ? [`${file}: name it after what it holds`] : [];
  const imported = specifiers
    .get(file)
    .filter(({ specifier }) => isVague(specifier))
    .map(
      ({ specifier }) => `${file}: imports ${specifier}; ${VAGUE_NAMES.join(', ')} are no places`,
    );
  return [...own, ...imported];
}

function unusedExceptions() {
  const isNoneOf = (file, isNeeded) =>
    !files.includes(file) || !isNeeded(lineCount(texts.get(file)));
  return [
    ...Object.keys(ALLOWED_SHORT_FILES)
      .filter((file) => isNoneOf(file, (count) => count < MIN_LINE_COUNT))
      .map((file) => `${file}: is no short file any more: remove it from ALLOWED_SHORT_FILES`),
    ...Object.keys(ALLOWED_LONG_FILES)
      .filter((file) => isNoneOf(file, (count) => count > MAX_LINE_COUNT))
      .map((file) => `${file}: is no long file any more: remove it from ALLOWED_LONG_FILES`),
  ];
}

function isPublicEntry(file) {
  return /^src\/([^/]+\/)?index\.ts$/.test(file);
}

/** Files whose names an entry point exports, directly or through the exports of another file. */
function filesExportedFrom(entries) {
  const found = new Set(entries);
  // A set that grows while it is walked is walked to its new end.
  for (const file of found) {
    for (const { specifier, isExport } of specifiers.get(file)) {
      const target = resolved(file, specifier);
      if (isExport && target !== undefined) found.add(target);
    }
  }
  return found;
}

function importersOf(file) {
  return files.filter((other) =>
    specifiers.get(other).some(({ specifier }) => resolved(other, specifier) === file),
  );
}

/** Whether this file alone imports some npm package. */
function isDoorToPackage(file) {
  const packagesOf = (each) =>
    specifiers
      .get(each)
      .map(({ specifier }) => specifier)
      .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
      .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)[0]);
  return packagesOf(file).some((name) =>
    files.every((other) => other === file || !packagesOf(other).includes(name)),
  );
}

/** The file in src that an import of `file` leads to; undefined for a package. */
function resolved(file, specifier) {
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts');
}

/** Imports and exports of a file. Statements begin a line, as the formatter puts them, so that examples in comments do not count. */
function importsIn(text) {
  const statements = [
    ...text.matchAll(/^(import|export)\b(?:[^;'"]*?\bfrom)?\s*['"]([^'"]+)['"]/gm),
  ];
  const calls = text
    .split('\n')
    .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line))
    .flatMap((line) => [...line.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)]);
  return [
    ...statements.map(([, keyword, specifier]) => ({ specifier, isExport: keyword === 'export' })),
    ...calls.map(([, specifier]) => ({ specifier, isExport: false })),
  ];
}

function lineCount(text) {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}
