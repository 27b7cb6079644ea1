import { sep } from 'node:path';

/**
 * The mount that a real path is on: the innermost. Of two with the same mount point it is the later one, which hides
 * the earlier.
 */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mounts) {
    if (!isOn(mount.path, path)) continue;
    if (found === undefined || mount.path.length >= found.path.length) found = mount;
  }
  return found;
}

/** Whether a path is a directory or is in it. */
export function isOn(dir: string, path: string): boolean {
  return path === dir || path.startsWith(dir.endsWith(sep) ? dir : dir + sep);
}

/** The mount points at which something was mounted or unmounted between two readings. */
export function changedMountPoints(
  before: readonly Mount[],
  after: readonly Mount[],
): readonly string[] {
  const counts = new Map<string, number>();
  for (const { path, type } of before) add(counts, `${path}\0${type}`, 1);
  for (const { path, type } of after) add(counts, `${path}\0${type}`, -1);
  const changed = [...counts].filter(([, count]) => count !== 0);
  return [...new Set(changed.map(([key]) => key.slice(0, key.indexOf('\0'))))];
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

/** A filesystem and its mount point. */
export interface Mount {
  readonly path: string;
  /** As the kernel names it: `ext4`, `nfs4`, `fuse.sshfs`. */
  readonly type: string;
}

/** Network filesystems, and those that a host shares with a virtual machine or a container. */
const eventless =
  /^(nfs4?|cifs|smb3|smbfs|9p|v9fs|drvfs|virtiofs|vboxsf|vmhgfs|prl_fs|fakeowner|afs|ceph|lustre|glusterfs|gpfs|fuse|fuse\..+)$/;

/** Runs in user space, but only this kernel changes its files, so it sends events. */
const local = /^fuse\.fuse-overlayfs$/;

/** Whether another machine can change a filesystem of that type: such a change sends no event here. */
export function isEventless(type: string): boolean {
  return eventless.test(type) && !local.test(type);
}

/**
 * The mounts that `/proc/self/mountinfo` lists, in its order: of two with one mount point, the later hides the earlier.
 * Lines of another form are skipped.
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

/** The kernel writes spaces, tabs, line feeds and backslashes as a backslash and three octal digits. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
