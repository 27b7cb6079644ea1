/** Used by plugins in several folders: saving this file reloads each of them, once. */
export function titleCase(text: string): string {
  return text.replace(/\b\p{L}/gu, (letter) => letter.toUpperCase());
}
