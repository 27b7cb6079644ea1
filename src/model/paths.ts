/** Whether a path lies in a directory, at any depth. Reads `/` and, where there is none, `\`. */
export function isUnder(path: string, directory: string): boolean {
  const separator = path.includes('/') ? '/' : '\\';
  return path.startsWith(directory) && path[directory.length] === separator;
}
