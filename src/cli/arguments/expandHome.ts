import { homedir } from 'node:os';
import { join } from 'node:path';

/** `~` as the shell expands it, for values that no shell has seen (`--state=~/x`). */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}
