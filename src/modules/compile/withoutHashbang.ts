/** The text with its `#!` line, which only a program may begin with, as a comment; lines and columns stay as they are. */
export function withoutHashbang(source: string): string {
  return source.startsWith('#!') ? `//${source.slice(2)}` : source;
}
