/** Lines of a code frame begin with a gutter: a mark, a number, and ` | `. */
const GUTTER = /^.*? \| ?/;
/** So much code is shown before the marked column, where not all of a line fits. */
const SHARE_BEFORE_MARK = 0.6;

/**
 * Breaks a text into lines of at most `columns` characters, between words. A word that is longer than a line, such as a
 * path, has a line of its own and is not broken: a person may want to copy it.
 */
export function wrapWords(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= columns || line === '') {
      line = longer;
      continue;
    }
    lines.push(line);
    line = word;
  }
  return [...lines, line];
}

/**
 * Cuts the lines of a code frame to `columns` characters. All are cut at the same place, so that the mark stays under
 * its column; what is shown has the marked column in it.
 */
export function fitFrame(frame: string, columns: number): readonly string[] {
  const lines = frame.split('\n');
  if (lines.every((line) => line.length <= columns)) return lines;
  const gutter = Math.max(...lines.map((line) => GUTTER.exec(line)?.[0].length ?? 0));
  const room = Math.max(1, columns - gutter);
  const marked = lines.find((line) => /^\s*\|\s*\^\s*$/.test(line));
  const mark = marked === undefined ? 0 : marked.indexOf('^') - gutter;
  const from = mark < room ? 0 : mark - Math.floor(room * SHARE_BEFORE_MARK);
  return lines.map((line) =>
    (line.slice(0, gutter) + line.slice(gutter).slice(from, from + room)).trimEnd(),
  );
}
