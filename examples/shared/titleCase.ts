/** Plugins may share a file: saving it reloads each plugin that imports it, once. */
export function titleCase(text: string): string {
  return text.replace(/\b\p{L}/gu, (letter) => letter.toUpperCase());
}
