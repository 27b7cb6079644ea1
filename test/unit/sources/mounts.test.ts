import { describe, expect, it } from 'vitest';
import type { Hint } from '../../../src/sources/backends/WatchBackend.js';
import { withoutEventless } from '../../../src/sources/backends/withoutEventless.js';
import {
  changedMountPoints,
  isEventless,
  mountOf,
  parseMounts,
} from '../../../src/sources/disk/mounts.js';
import { unwrittenForMs, writeAge } from '../../../src/sources/disk/writeAge.js';

/** A container in a virtual machine: a share of the host, a disk inside the share, and one mount over another. */
const mountinfo = `22 27 0:20 / /proc rw,nosuid shared:12 - proc proc rw
27 1 254:1 / / rw,relatime shared:1 master:2 - ext4 /dev/vda1 rw
40 27 0:40 / /host\\040share rw,relatime - virtiofs host rw
41 40 254:2 / /host\\040share/disk rw - xfs /dev/vdb rw
42 27 0:42 / /home rw - nfs4 server:/home rw,vers=4.2
43 27 0:43 / /mnt rw shared:7 - 9p C:\\134 rw
44 43 0:44 / /mnt rw - tmpfs tmpfs rw
45 27 0:45 / /odd\\134\\011name rw propagate_from:3 - fuse.sshfs a@b: rw

not a line of that form
46 27 0:46 / /torn rw`;
const mounts = parseMounts(mountinfo);

it('parses the lines of mountinfo with their escapes, and skips lines of another form', () => {
  expect(mounts.map(({ path, type }) => `${type} ${path}`)).toEqual([
    ...['proc /proc', 'ext4 /', 'virtiofs /host share', 'xfs /host share/disk', 'nfs4 /home'],
    ...['9p /mnt', 'tmpfs /mnt', 'fuse.sshfs /odd\\\tname'],
  ]);
});

it.each([
  ['/etc/x', 'ext4'],
  ['/', 'ext4'],
  ['/home', 'nfs4'],
  ['/home/me/p', 'nfs4'],
  ['/homework', 'ext4'],
  ['/host share/p', 'virtiofs'],
  ['/host share/disk/p', 'xfs'],
  ['/mnt/c', 'tmpfs'],
])('finds the mount that %s is on', (path, type) => {
  expect(mountOf(mounts, path)?.type).toBe(type);
});

it('names the mount points at which something was mounted or unmounted, each once', () => {
  const root = { path: '/', type: 'ext4' };
  const share = { path: '/mnt', type: 'nfs4' };
  expect(changedMountPoints([root], [root])).toEqual([]);
  expect(changedMountPoints([root], [root, share])).toEqual(['/mnt']);
  expect(changedMountPoints([root, share, share], [root])).toEqual(['/mnt']);
  expect(changedMountPoints([root, share], [root, { ...share, type: 'cifs' }])).toEqual(['/mnt']);
});

it('finds no mount when none is listed', () => {
  expect(mountOf([], '/home')).toBeUndefined();
});

it.each([
  [true, 'nfs nfs4 cifs smb3 9p drvfs virtiofs vboxsf fuse fuse.sshfs fuse.grpcfuse ceph'],
  [false, 'ext4 xfs btrfs zfs overlay tmpfs apfs fuseblk fuse.fuse-overlayfs nfsd vfat'],
])('answers %s when asked whether these can change elsewhere: %s', (expected, types) => {
  for (const type of types.split(' ')) expect([type, isEventless(type)]).toEqual([type, expected]);
});

describe('a watcher on a machine with shares', () => {
  const watched: string[] = [];
  const hints: Hint[] = [];
  const inner = {
    watch: (dir: string) => void watched.push(`+${dir}`),
    release: (dir: string) => void watched.push(`-${dir}`),
    close: () => void watched.push('closed'),
  };
  const ports = {
    realPath: (path: string) => (path === '/link' ? '/home/me' : path),
    onHint: (hint: Hint) => void hints.push(hint),
  };

  it('refuses directories on a share, also behind a link, and watches the others', () => {
    const watcher = withoutEventless(inner, { ...ports, mounts: () => mounts });
    for (const dir of ['/etc', '/home/me', '/link', '/host share/disk']) watcher.watch(dir, true);
    watcher.release('/etc');
    watcher.close();
    expect(watched).toEqual(['+/etc', '+/host share/disk', '-/etc', 'closed']);
    expect(hints).toEqual(
      ['/home/me', '/link'].map((path) => ({
        error: Object.assign(new Error('nfs4'), { code: 'DEGRADED', path }),
      })),
    );
  });

  it('watches a directory until a share is mounted there', () => {
    watched.length = 0;
    hints.length = 0;
    let now = [{ path: '/', type: 'ext4' }];
    const watcher = withoutEventless(inner, { ...ports, mounts: () => now });
    watcher.watch('/mnt/a', true);
    expect(watched).toEqual(['+/mnt/a']);
    now = [...now, { path: '/mnt', type: 'nfs4' }];
    watcher.watch('/mnt/a', true);
    expect(watched).toEqual(['+/mnt/a']);
    expect(hints).toHaveLength(1);
  });
});

it.each([
  ['this tick', 1_700_000_000_123.4, 19],
  ['recent', 1_700_000_000_123.4, 21],
  ['recent', 1_700_000_000_123.4, 1000],
  ['old', 1_700_000_000_123.4, 1001],
  ['this tick', 1_700_000_000_000, 1999],
  ['old', 1_700_000_000_000, 2001],
] as const)('is %s for a file written at %d, %d ms later', (age, mtimeMs, ms) => {
  expect(writeAge({ mtimeMs, sizeBytes: 1 }, mtimeMs + ms)).toBe(age);
});

it.each([
  [0, 1_700_000_000_123.4, 1_700_000_000_123.4, 19],
  [5, 1_700_000_000_123.4, 1_700_000_000_123.4, 25],
  // Its time of writing was set back a moment ago.
  [0, 1_600_000_000_123.4, 1_700_000_000_123.4, 19],
  [0, 1_700_000_000_000, 1_700_000_000_000, 1999],
  // A clock is wrong.
  [0, 1_700_000_000_123.4, 1_700_000_000_123.4, -1000],
])('nobody has written it for %d ms', (quietMs, mtimeMs, ctimeMs, ms) => {
  expect(Math.round(unwrittenForMs({ mtimeMs, ctimeMs }, ctimeMs + ms))).toBe(quietMs);
});
