import { readFile, stat } from 'node:fs/promises';

/** The text of a file; undefined when it is too large. Rejects when it cannot be read. */
export async function readText(path: string, maxBytes: number): Promise<string | undefined> {
  const { size } = await stat(path);
  if (size > maxBytes) return undefined;
  const text = await readFile(path, 'utf8');
  return text;
}
