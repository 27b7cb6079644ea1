import type { Mount } from './Mount.js';

/**
 * The mounts that `/proc/self/mountinfo` lists, in its order: of two at one place, the later covers the earlier.
 * Lines that are not of that form are left out.
 *
 * @source https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
 */
export function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [front = '', back = ''] = line.split(' - ');
    const path = front.split(' ')[4];
    const type = back.split(' ')[0];
    if (path === undefined || type === undefined || type === '') return [];
    return [{ path: unescaped(path), type }];
  });
}

/** Blanks, tabs, line feeds and backslashes stand there as three octal digits, byte by byte. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
