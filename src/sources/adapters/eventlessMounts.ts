import { readFileSync } from 'node:fs';

/** Filesystems whose changes on another machine, or in another system, send no event here. */
const eventless =
  /^(nfs4?|cifs|smb3|smbfs|9p|v9fs|drvfs|vboxsf|prl_fs|afs|ceph|lustre|glusterfs|fuse.*)$/;

export interface Mount {
  readonly path: string;
  readonly type: string;
}

/**
 * Where no events are to be expected, on Linux; elsewhere and in doubt: nowhere.
 *
 * @source https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
 */
export function eventlessMounts(): readonly Mount[] {
  let lines: readonly string[];
  try {
    lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  } catch {
    return [];
  }
  return lines.flatMap((line) => {
    const [front = '', back = ''] = line.split(' - ');
    const path = front.split(' ')[4];
    const type = back.split(' ')[0];
    if (path === undefined || type === undefined || !eventless.test(type)) return [];
    return [
      {
        path: path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
          String.fromCharCode(parseInt(octal, 8)),
        ),
        type,
      },
    ];
  });
}
