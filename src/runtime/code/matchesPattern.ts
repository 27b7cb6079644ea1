/**
 * Whether a path matches a pattern: `?` is one character, `*` any number of them, both within a name; `**` also crosses folders.
 * Patterns come from manifests, and regular expressions and glob libraries take exponential time on some patterns. Here the time is at
 * most the length of the pattern times the length of the path.
 */
export function matchesPattern(pattern: string, path: string): boolean {
  const tokens = pattern.replace(/^\.\//, '').match(/\*\*\/?|[\s\S]/g) ?? [];
  // `reached[i]`: the first i characters of the path match the tokens so far.
  let reached = Array.from({ length: path.length + 1 }, (_, index) => index === 0);
  for (const token of tokens) reached = step(token, path, reached);
  return reached[path.length] === true;
}

function step(token: string, path: string, reached: readonly boolean[]): boolean[] {
  const next = reached.map(() => false);
  let isOpen = false;
  for (let at = 0; at <= path.length; at += 1) {
    const previous = path[at - 1];
    if (token === '*' || token === '**') {
      isOpen = reached[at] === true || (isOpen && (token === '**' || previous !== '/'));
      next[at] = isOpen;
    } else if (token === '**/') {
      // No folder, or any number of whole ones.
      isOpen ||= reached[at] === true;
      next[at] = reached[at] === true || (isOpen && previous === '/');
    } else {
      const fits = token === '?' ? previous !== '/' : previous === token;
      next[at] = at > 0 && reached[at - 1] === true && fits;
    }
  }
  return next;
}
