/** The candidate that is closest to a mistyped `name`. At most a third of the letters may differ, ignoring case. */
export function closestName(name: unknown, candidates: readonly string[]): string | undefined {
  // A caller without a compiler can pass any value, and is told of that value.
  if (typeof name !== 'string') return undefined;
  let closest: string | undefined;
  let fewest = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= fewest) continue;
    const edits = editCount(name.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) [closest, fewest] = [candidate, edits];
  }
  return closest;
}

/**
 * The number of edits between two names: a letter inserted, deleted, replaced, or swapped with its neighbour.
 *
 * @source Optimal string alignment: https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance
 */
function editCount(left: string, right: string): number {
  let twoUp: readonly number[] = [];
  let up: readonly number[] = Array.from({ length: right.length + 1 }, (_, j) => j);
  for (let i = 1; i <= left.length; i++) {
    const row = [i];
    for (let j = 1; j <= right.length; j++) {
      const isSame = left[i - 1] === right[j - 1];
      const isSwap = left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      row.push(
        Math.min(
          at(row, j - 1) + 1,
          at(up, j) + 1,
          at(up, j - 1) + (isSame ? 0 : 1),
          isSwap ? at(twoUp, j - 2) + 1 : Infinity,
        ),
      );
    }
    [twoUp, up] = [up, row];
  }
  return at(up, right.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Infinity;
