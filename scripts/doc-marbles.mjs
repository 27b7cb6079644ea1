// The diagrams in the doc comments of the operators: for the check that a test runs them, and for their pictures.
import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = 'src/operators';

/**
 * What the doc comment of each operator shows. `column` of a lane is how far right of the others its diagram begins: when something
 * subscribes to it.
 */
export function docMarbles() {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .sort()
    .map((file) => ({ file, name: file.replace(/\.ts$/, ''), ...shownIn(`${FOLDER}/${file}`) }));
}

function shownIn(path) {
  const comments = readFileSync(path, 'utf8').match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  const comment = comments.find((text) => text.includes('```marble'));
  if (comment === undefined) throw new Error(`${path}: no marble in its doc comment`);
  const text = comment.replace(/^\/\*\*|\*\/$/g, '').replace(/^ \* ?/gm, '');
  const [before, fence, after] = text.split(/^```(?:marble)?$/m, 3);
  if (text.split('```marble').length !== 2)
    throw new Error(`${path}: more than one marble, and one picture`);
  const lines = fence.split('\n').filter((line) => line.trim() !== '');
  const parts = lines.map((line) => /^(.*?\S) {2,}(\S.*?) *$/.exec(line));
  const columns = parts.flatMap((part) => (part === null ? [] : [part[0].lastIndexOf(part[2])]));
  const first = Math.min(...columns);
  return {
    sentence: /^[\s\S]*?\.(?=\s)/.exec(before.trim())[0].replace(/\s+/g, ' '),
    notes: lines.filter((_, at) => parts[at] === null).map((line) => line.trim()),
    lanes: parts.flatMap((part) =>
      part === null
        ? []
        : [{ label: part[1], diagram: part[2], column: part[0].lastIndexOf(part[2]) - first }],
    ),
    remark: /^\s*\n?\(([\s\S]*?)\)\n\n/.exec(after)?.[1].replace(/\s+/g, ' '),
  };
}
