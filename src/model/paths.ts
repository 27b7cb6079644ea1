/** Whether a path is in a directory, at any depth. Separators are `/`, or `\` in a path without `/`. */
export function isUnder(path: string, directory: string): boolean {
  const separator = path.includes('/') ? '/' : '\\';
  return path.startsWith(directory) && path[directory.length] === separator;
}

/** The directories above a path, nearest first, without the root. Separators are `/`, or `\` in a path without `/`. */
export function ancestorsOf(path: string): string[] {
  const separator = path.includes('/') ? '/' : '\\';
  const ancestors: string[] = [];
  for (let end = path.lastIndexOf(separator); end > 0; end = path.lastIndexOf(separator, end - 1)) {
    ancestors.push(path.slice(0, end));
  }
  return ancestors;
}
