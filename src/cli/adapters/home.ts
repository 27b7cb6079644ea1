import { homedir } from 'node:os';

/**
 * The home of this user. Undefined: there is none, as for a number without a name in a container, whose `HOME` is not set.
 *
 * @source https://nodejs.org/api/os.html#oshomedir throws there
 */
export function homeDirectory(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}
