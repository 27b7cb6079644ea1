import { execFile } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gitignoreScenarios } from './gitignoreScenarios.js';
import type { WatchedFolder, WatchedFolderOptions } from './watched.js';

/** An act on watched files, and the net events that every backend must give. */
export interface Scenario {
  readonly name: string;
  readonly files?: WatchedFolderOptions['files'];
  readonly options?: Omit<WatchedFolderOptions, 'files' | 'backend'>;
  /** A program that must be installed; without it the scenario is skipped. */
  readonly needs?: string;
  readonly act: (w: WatchedFolder) => unknown;
  /** In any order. With `mayRepeat`, an event may come more than once. */
  readonly expected: readonly string[];
  readonly mayRepeat?: true;
}

/**
 * Programs that empty a file and then write it, or take it away and then make it anew, are other processes: a busy machine pulls their steps
 * further apart than the 10 ms by default, and then each step is a change of its own.
 */
const patient = { settleMs: 100, settleMaxMs: 500 };

const run = promisify(execFile);
const a = { 'a.ts': 'one' };
const ab = { 'a.ts': 'one', 'b.ts': 'the other' };
const outside = (w: WatchedFolder, name: string) => `${w.dir}-outside-${name}`;

const inPlace: readonly Scenario[] = [
  {
    name: 'overwrite',
    files: a,
    act: (w) => w.write('a.ts', 'three'),
    expected: ['Modified a.ts'],
  },
  {
    name: 'overwrite with other bytes of the same length',
    files: a,
    act: (w) => w.write('a.ts', 'two'),
    expected: ['Modified a.ts'],
  },
  {
    name: 'overwrite with the same bytes',
    files: a,
    act: (w) => w.write('a.ts', 'one'),
    expected: [],
  },
  {
    name: 'append',
    files: a,
    act: (w) => appendFileSync(w.path('a.ts'), 'more'),
    expected: ['Modified a.ts'],
  },
  {
    name: 'truncate to less',
    files: a,
    act: (w) => truncateSync(w.path('a.ts'), 1),
    expected: ['Modified a.ts'],
  },
  {
    name: 'truncate to nothing',
    files: a,
    act: (w) => truncateSync(w.path('a.ts'), 0),
    expected: ['Modified a.ts'],
  },
  {
    name: 'empty, then write',
    files: a,
    act: (w) => (truncateSync(w.path('a.ts'), 0), w.write('a.ts', 'three')),
    expected: ['Modified a.ts'],
  },
  {
    name: 'touch',
    files: a,
    act: (w) => utimesSync(w.path('a.ts'), new Date(), new Date()),
    expected: [],
  },
  { name: 'read', files: a, act: (w) => readFileSync(w.path('a.ts')), expected: [] },
  { name: 'chmod', files: a, act: (w) => chmodSync(w.path('a.ts'), 0o600), expected: [] },
  {
    name: 'write, then restore the time of writing',
    files: a,
    act: (w) => {
      const { atime, mtime } = statSync(w.path('a.ts'));
      w.write('a.ts', 'two');
      utimesSync(w.path('a.ts'), atime, mtime);
    },
    expected: ['Modified a.ts'],
  },
  {
    name: 'five appends, 20 ms apart',
    files: a,
    act: async (w) => {
      for (let i = 0; i < 5; i++, await delay(20)) appendFileSync(w.path('a.ts'), `${i}`);
    },
    expected: ['Modified a.ts'],
    mayRepeat: true,
  },
  {
    name: 'three slow writes',
    files: a,
    act: async (w) => {
      for (let i = 0; i < 3; i++, await delay(60)) appendFileSync(w.path('a.ts'), `${i}`);
    },
    expected: ['Modified a.ts'],
    mayRepeat: true,
  },
  {
    name: 'two saves within 5 ms',
    files: a,
    act: async (w) => (w.write('a.ts', 'second'), await delay(5), w.write('a.ts', 'the third')),
    expected: ['Modified a.ts'],
    mayRepeat: true,
  },
  {
    name: 'a settle time of 0',
    files: a,
    options: { settleMs: 0 },
    act: (w) => w.write('a.ts', 'three'),
    expected: ['Modified a.ts'],
  },
];

const saves: readonly Scenario[] = [
  ...['.a.ts.tmp', 'a.ts~', 'a.ts.123456', '4913', 'a.ts___jb_tmp___', '.goutputstream-X'].map(
    (temporary): Scenario => ({
      name: `an atomic save over ${temporary}`,
      files: a,
      act: (w) => (w.write(temporary, 'three'), renameSync(w.path(temporary), w.path('a.ts'))),
      expected: ['Modified a.ts'],
    }),
  ),
  {
    name: 'an atomic save that takes 40 ms',
    files: a,
    act: async (w) => (
      w.write('a.ts.tmp', 'three'), await delay(40), renameSync(w.path('a.ts.tmp'), w.path('a.ts'))
    ),
    expected: ['Modified a.ts'],
  },
  {
    name: 'the old one moved away, a new one written, the old one removed 30 ms later',
    files: a,
    act: async (w) => {
      renameSync(w.path('a.ts'), w.path('a.ts.orig'));
      w.write('a.ts', 'three');
      await delay(30);
      unlinkSync(w.path('a.ts.orig'));
    },
    expected: ['Modified a.ts'],
  },
  {
    name: 'a save with a backup that stays',
    files: a,
    act: (w) => (renameSync(w.path('a.ts'), w.path('a.ts~')), w.write('a.ts', 'three')),
    expected: ['Modified a.ts', 'Created a.ts~'],
  },
  {
    name: 'the save of a JetBrains editor',
    files: a,
    act: (w) => {
      w.write('a.ts___jb_tmp___', 'three');
      renameSync(w.path('a.ts'), w.path('a.ts___jb_old___'));
      renameSync(w.path('a.ts___jb_tmp___'), w.path('a.ts'));
      unlinkSync(w.path('a.ts___jb_old___'));
    },
    expected: ['Modified a.ts'],
  },
  ...['no', 'yes', 'auto'].map(
    (copy): Scenario => ({
      name: `vim with backupcopy=${copy}`,
      needs: 'vim',
      files: a,
      options: patient,
      act: (w) =>
        run('vim', [
          '-u',
          'NONE',
          '-es',
          '-c',
          `set writebackup backupcopy=${copy}`,
          '-c',
          '%s/one/three/',
          '-c',
          'wq',
          w.path('a.ts'),
        ]),
      expected: ['Modified a.ts'],
    }),
  ),
  {
    name: 'nano',
    needs: 'nano',
    files: a,
    options: patient,
    // Ctrl-O, Enter, Ctrl-X, in a terminal of its own, as fast as a person in a hurry.
    act: (w) =>
      run('sh', [
        '-c',
        `(sleep 0.5; printf three; sleep 0.2; printf '\\017'; sleep 0.2; printf '\\r'; sleep 0.2; printf '\\030'; sleep 0.2) | TERM=xterm script -qec 'nano -I ${w.path('a.ts')}' /dev/null >/dev/null`,
      ]),
    expected: ['Modified a.ts'],
  },
  {
    name: 'emacs',
    needs: 'emacs',
    files: a,
    options: patient,
    act: (w) =>
      run('emacs', [
        '-Q',
        '--batch',
        w.path('a.ts'),
        '--eval',
        '(progn (setq make-backup-files nil) (insert "three") (save-buffer))',
      ]),
    expected: ['Modified a.ts'],
  },
  {
    name: 'sed -i',
    needs: 'sed',
    files: a,
    act: (w) => run('sed', ['-i', 's/one/three/', w.path('a.ts')]),
    expected: ['Modified a.ts'],
  },
  {
    name: 'sed -i.bak',
    needs: 'sed',
    files: a,
    act: (w) => run('sed', ['-i.bak', 's/one/three/', w.path('a.ts')]),
    expected: ['Modified a.ts', 'Created a.ts.bak'],
  },
  {
    name: 'perl -i',
    needs: 'perl',
    files: a,
    options: patient,
    act: (w) => run('perl', ['-i', '-pe', 's/one/three/', w.path('a.ts')]),
    expected: ['Modified a.ts'],
  },
  {
    name: "python's os.replace",
    needs: 'python3',
    files: a,
    act: (w) =>
      run('python3', [
        '-c',
        `import os,tempfile;d=${JSON.stringify(w.dir)};f,p=tempfile.mkstemp(dir=d);os.write(f,b'three');os.close(f);os.replace(p,d+'/a.ts')`,
      ]),
    expected: ['Modified a.ts'],
  },
  {
    name: 'a copy over it',
    files: ab,
    act: (w) => copyFileSync(w.path('b.ts'), w.path('a.ts')),
    expected: ['Modified a.ts'],
  },
  {
    name: 'a copy over it that keeps its times, of the same length',
    files: { 'a.ts': 'one', 'b.ts': 'two' },
    act: (w) => cpSync(w.path('b.ts'), w.path('a.ts'), { preserveTimestamps: true }),
    expected: ['Modified a.ts'],
  },
  {
    name: 'a file from outside moved over it',
    files: a,
    act: (w) => (
      writeFileSync(outside(w, 'x'), 'three'), renameSync(outside(w, 'x'), w.path('a.ts'))
    ),
    expected: ['Modified a.ts'],
  },
  {
    name: 'a file from inside moved over it',
    files: ab,
    act: (w) => renameSync(w.path('b.ts'), w.path('a.ts')),
    expected: ['Deleted b.ts', 'Modified a.ts'],
  },
  {
    name: 'the same content moved over it',
    files: a,
    act: (w) => (w.write('x.tmp', 'one'), renameSync(w.path('x.tmp'), w.path('a.ts'))),
    expected: [],
  },
];

const creations: readonly Scenario[] = [
  { name: 'create', act: (w) => w.write('a.ts'), expected: ['Created a.ts'] },
  { name: 'create empty', act: (w) => w.write('a.ts', ''), expected: ['Created a.ts'] },
  {
    name: 'create with 5 MB',
    act: (w) => w.write('a.ts', 'x'.repeat(5_000_000)),
    expected: ['Created a.ts'],
  },
  ...['.a', 'a~', '.a.swp', '#a#', 'x.tmp', 'node_modules'].map(
    (name): Scenario => ({
      name: `create ${name}`,
      act: (w) => w.write(name),
      expected: [`Created ${name}`],
    }),
  ),
  {
    name: 'create and delete',
    act: (w) => (w.write('a.ts'), unlinkSync(w.path('a.ts'))),
    expected: [],
  },
  {
    name: 'create and modify',
    act: (w) => (w.write('a.ts'), w.write('a.ts', 'more')),
    expected: ['Created a.ts'],
  },
  {
    name: 'create and rename',
    act: (w) => (w.write('a.ts'), renameSync(w.path('a.ts'), w.path('b.ts'))),
    expected: ['Created b.ts'],
  },
  { name: 'delete', files: a, act: (w) => unlinkSync(w.path('a.ts')), expected: ['Deleted a.ts'] },
  {
    name: 'modify and delete',
    files: a,
    act: (w) => (w.write('a.ts', 'x'), unlinkSync(w.path('a.ts'))),
    expected: ['Deleted a.ts'],
  },
  {
    name: 'delete, and write again 5 ms later',
    files: a,
    act: async (w) => (unlinkSync(w.path('a.ts')), await delay(5), w.write('a.ts', 'three')),
    expected: ['Modified a.ts'],
  },
  {
    name: 'delete, and write the same content again',
    files: a,
    act: (w) => (unlinkSync(w.path('a.ts')), w.write('a.ts', 'one')),
    expected: [],
  },
  {
    name: 'delete a file and create another, which gets its inode',
    files: a,
    act: (w) => (unlinkSync(w.path('a.ts')), w.write('b.ts', 'one')),
    expected: ['Deleted a.ts', 'Created b.ts'],
  },
];

const renames: readonly Scenario[] = [
  {
    name: 'rename',
    files: a,
    act: (w) => renameSync(w.path('a.ts'), w.path('b.ts')),
    expected: ['Renamed a.ts > b.ts'],
  },
  {
    name: 'rename into a directory',
    files: { ...a, d: null },
    act: (w) => renameSync(w.path('a.ts'), w.path('d/a.ts')),
    expected: ['Renamed a.ts > d/a.ts'],
  },
  {
    name: 'rename to another case',
    files: a,
    act: (w) => renameSync(w.path('a.ts'), w.path('A.ts')),
    expected: ['Renamed a.ts > A.ts'],
  },
  {
    name: 'rename out',
    files: a,
    act: (w) => renameSync(w.path('a.ts'), outside(w, 'x')),
    expected: ['Deleted a.ts'],
  },
  {
    name: 'rename in',
    act: (w) => (writeFileSync(outside(w, 'x'), 'x'), renameSync(outside(w, 'x'), w.path('a.ts'))),
    expected: ['Created a.ts'],
  },
  {
    name: 'rename twice',
    files: a,
    act: (w) => (
      renameSync(w.path('a.ts'), w.path('b.ts')), renameSync(w.path('b.ts'), w.path('c.ts'))
    ),
    expected: ['Renamed a.ts > c.ts'],
  },
  {
    name: 'rename there and back',
    files: a,
    act: (w) => (
      renameSync(w.path('a.ts'), w.path('b.ts')), renameSync(w.path('b.ts'), w.path('a.ts'))
    ),
    expected: [],
  },
  {
    name: 'swap two files',
    files: ab,
    act: (w) => {
      renameSync(w.path('a.ts'), w.path('c.ts'));
      renameSync(w.path('b.ts'), w.path('a.ts'));
      renameSync(w.path('c.ts'), w.path('b.ts'));
    },
    expected: ['Modified a.ts', 'Modified b.ts'],
  },
  {
    name: 'rename and edit',
    files: a,
    act: (w) => (renameSync(w.path('a.ts'), w.path('b.ts')), w.write('b.ts', 'three')),
    expected: ['Renamed a.ts > b.ts', 'Modified b.ts'],
  },
  {
    name: 'edit and rename',
    files: a,
    act: (w) => (w.write('a.ts', 'three'), renameSync(w.path('a.ts'), w.path('b.ts'))),
    expected: ['Renamed a.ts > b.ts', 'Modified b.ts'],
  },
  {
    name: 'rename, and write a new file under the old name',
    files: a,
    act: (w) => (renameSync(w.path('a.ts'), w.path('b.ts')), w.write('a.ts', 'three')),
    expected: ['Modified a.ts', 'Created b.ts'],
  },
  {
    name: 'rename to a name that is filtered out',
    files: a,
    options: { extensions: ['ts'] },
    act: (w) => renameSync(w.path('a.ts'), w.path('a.md')),
    expected: ['Deleted a.ts'],
  },
  {
    name: 'rename from a name that is filtered out',
    files: { 'a.md': 'one' },
    options: { extensions: ['ts'] },
    act: (w) => renameSync(w.path('a.md'), w.path('a.ts')),
    expected: ['Created a.ts'],
  },
];

const d = { 'd/a.ts': 'one', 'd/e/b.ts': 'the other' };
const directories: readonly Scenario[] = [
  { name: 'an empty directory', act: (w) => mkdirSync(w.path('d')), expected: [] },
  {
    name: 'remove an empty directory',
    files: { d: null },
    act: (w) => rmdirSync(w.path('d')),
    expected: [],
  },
  {
    name: 'four new directories and a file',
    act: (w) => w.write('p/q/r/s/a.ts'),
    expected: ['Created p/q/r/s/a.ts'],
  },
  {
    name: 'a new directory, its file edited at once and later',
    act: async (w) => (
      w.write('p/a.ts'),
      await w.until(() => w.reported().length === 1, 'Created'),
      w.write('p/a.ts', 'more')
    ),
    expected: ['Created p/a.ts', 'Modified p/a.ts'],
  },
  {
    name: 'remove a directory',
    files: d,
    act: (w) => rmSync(w.path('d'), { recursive: true }),
    expected: ['Deleted d/e/b.ts', 'Deleted d/a.ts'],
  },
  {
    name: 'rename a directory',
    files: d,
    act: (w) => renameSync(w.path('d'), w.path('f')),
    expected: ['Renamed d/ > f/'],
  },
  {
    name: 'rename a directory with names in it that look temporary',
    files: { ...d, 'd/b.tmp': 'b', 'd/e/c~': 'c' },
    act: (w) => renameSync(w.path('d'), w.path('f')),
    expected: ['Renamed d/ > f/'],
  },
  {
    name: 'rename a directory, and go on writing in it',
    files: d,
    act: async (w) => {
      renameSync(w.path('d'), w.path('f'));
      for (let i = 0; i < 30; i++, await delay(2)) w.write('f/e/b.ts', 'b'.repeat(i + 2));
    },
    expected: ['Renamed d/ > f/', 'Modified f/e/b.ts'],
    mayRepeat: true,
  },
  {
    name: 'rename an inner directory',
    files: d,
    act: (w) => renameSync(w.path('d/e'), w.path('e')),
    expected: ['Renamed d/e/ > e/'],
  },
  {
    name: 'rename a directory, its files one by one',
    files: d,
    options: { expandDirectories: true },
    act: (w) => renameSync(w.path('d'), w.path('f')),
    expected: ['Renamed d/a.ts > f/a.ts', 'Renamed d/e/b.ts > f/e/b.ts'],
  },
  {
    name: 'rename a directory and edit in it',
    files: d,
    act: (w) => (renameSync(w.path('d'), w.path('f')), w.write('f/e/b.ts', 'b')),
    expected: ['Renamed d/ > f/', 'Modified f/e/b.ts'],
  },
  {
    name: 'rename a directory and add to it',
    files: d,
    act: (w) => (renameSync(w.path('d'), w.path('f')), w.write('f/c.ts')),
    expected: ['Renamed d/ > f/', 'Created f/c.ts'],
  },
  {
    name: 'rename a directory and delete in it',
    files: d,
    act: (w) => (renameSync(w.path('d'), w.path('f')), unlinkSync(w.path('f/a.ts'))),
    expected: ['Renamed d/ > f/', 'Deleted f/a.ts'],
  },
  {
    name: 'edits in a renamed directory, later',
    files: d,
    act: async (w) => {
      renameSync(w.path('d'), w.path('f'));
      await w.until(() => w.reported().length === 1, 'Renamed');
      w.write('f/e/b.ts', 'b');
      w.write('d/a.ts', 'a');
    },
    expected: ['Renamed d/ > f/', 'Modified f/e/b.ts', 'Created d/a.ts'],
  },
  {
    name: 'a directory moved out',
    files: d,
    act: (w) => renameSync(w.path('d'), outside(w, 'd')),
    expected: ['Deleted d/e/b.ts', 'Deleted d/a.ts'],
  },
  {
    name: 'a directory moved in',
    act: (w) => {
      mkdirSync(outside(w, 'd/e'), { recursive: true });
      writeFileSync(outside(w, 'd/e/b.ts'), 'b');
      renameSync(outside(w, 'd'), w.path('d'));
    },
    expected: ['Created d/e/b.ts'],
  },
  {
    name: 'a directory removed and created again with other content',
    files: d,
    act: (w) => (rmSync(w.path('d'), { recursive: true }), w.write('d/a.ts', 'three')),
    expected: ['Modified d/a.ts', 'Deleted d/e/b.ts'],
  },
  {
    name: 'a directory replaced by another',
    files: { 'd/a.ts': 'one', 'f/a.ts': 'three', 'f/c.ts': 'c' },
    act: (w) => (rmSync(w.path('d'), { recursive: true }), renameSync(w.path('f'), w.path('d'))),
    expected: ['Modified d/a.ts', 'Deleted f/a.ts', 'Renamed f/c.ts > d/c.ts'],
  },
  {
    name: 'a file becomes a directory',
    files: a,
    act: (w) => (unlinkSync(w.path('a.ts')), w.write('a.ts/i.ts')),
    expected: ['Deleted a.ts', 'Created a.ts/i.ts'],
  },
  {
    name: 'a directory becomes a file',
    files: d,
    act: (w) => (rmSync(w.path('d'), { recursive: true }), w.write('d')),
    expected: ['Deleted d/a.ts', 'Deleted d/e/b.ts', 'Created d'],
  },
  {
    name: 'the root is removed',
    files: d,
    act: (w) => rmSync(w.dir, { recursive: true }),
    expected: ['Deleted d/a.ts', 'Deleted d/e/b.ts'],
  },
  {
    name: 'the root is removed, and comes back',
    files: a,
    act: async (w) => {
      rmSync(w.dir, { recursive: true });
      await w.until(() => w.reported().length === 1, 'Deleted');
      w.write('b/c.ts');
    },
    expected: ['Deleted a.ts', 'Created b/c.ts'],
  },
  {
    name: 'the root is moved away and back',
    files: a,
    act: async (w) => {
      renameSync(w.dir, outside(w, 'root'));
      await w.until(() => w.reported().length === 1, 'Deleted');
      renameSync(outside(w, 'root'), w.dir);
      await w.until(() => w.reported().length === 2, 'Created');
      w.write('a.ts', 'three');
    },
    expected: ['Deleted a.ts', 'Created a.ts', 'Modified a.ts'],
  },
];

const links: readonly Scenario[] = [
  {
    name: 'a link to a file',
    files: a,
    act: (w) => symlinkSync('a.ts', w.path('l.ts')),
    expected: ['Created l.ts'],
  },
  {
    name: 'a link without a target',
    act: (w) => symlinkSync('nowhere', w.path('l.ts')),
    expected: ['Created l.ts'],
  },
  {
    name: 'a link that gets another target',
    files: ab,
    act: async (w) => {
      symlinkSync('a.ts', w.path('l.ts'));
      await w.until(() => w.reported().length === 1, 'Created');
      unlinkSync(w.path('l.ts'));
      symlinkSync('b.ts', w.path('l.ts'));
    },
    expected: ['Created l.ts', 'Modified l.ts'],
  },
  {
    name: 'an edit behind a link that is not followed',
    act: async (w) => {
      writeFileSync(outside(w, 'x'), 'one');
      symlinkSync(outside(w, 'x'), w.path('l.ts'));
      await w.until(() => w.reported().length === 1, 'Created');
      writeFileSync(outside(w, 'x'), 'three');
    },
    expected: ['Created l.ts'],
  },
  {
    name: 'an edit behind a followed link to a file',
    options: { followSymlinks: true },
    act: async (w) => {
      writeFileSync(outside(w, 'x'), 'one');
      symlinkSync(outside(w, 'x'), w.path('l.ts'));
      await w.until(() => w.reported().length === 1, 'Created');
      writeFileSync(outside(w, 'x'), 'three');
      await w.until(() => w.reported().length === 2, 'Modified');
      writeFileSync(outside(w, 'y'), 'four!');
      renameSync(outside(w, 'y'), outside(w, 'x'));
    },
    expected: ['Created l.ts', 'Modified l.ts', 'Modified l.ts'],
  },
  {
    name: 'an edit behind a followed link to a directory',
    options: { followSymlinks: true },
    act: async (w) => {
      mkdirSync(outside(w, 'd'));
      writeFileSync(outside(w, 'd/x.ts'), 'one');
      symlinkSync(outside(w, 'd'), w.path('l'));
      await w.until(() => w.reported().length === 1, 'Created');
      writeFileSync(outside(w, 'd/x.ts'), 'three');
    },
    expected: ['Created l/x.ts', 'Modified l/x.ts'],
  },
  {
    name: 'followed links in a cycle',
    files: d,
    options: { followSymlinks: true },
    act: async (w) => {
      symlinkSync('..', w.path('d/up'));
      symlinkSync('../d', w.path('d/e/self'));
      await delay(30);
      w.write('d/a.ts', 'three');
    },
    expected: ['Modified d/a.ts'],
  },
  {
    name: 'a hard link',
    files: a,
    act: (w) => linkSync(w.path('a.ts'), w.path('h.ts')),
    expected: ['Created h.ts'],
  },
];

const names: readonly Scenario[] = [
  ...[
    '\u00e9.ts',
    'e\u0301.ts',
    '\u{1f600}.ts',
    'new\nline.ts',
    'back\\slash.ts',
    ' a b .ts',
    '*.ts',
    `${'x'.repeat(252)}.ts`,
  ].map(
    (name): Scenario => ({
      name: `the name ${JSON.stringify(name).slice(0, 20)}`,
      act: async (w) => (
        w.write(name),
        await w.until(() => w.reported().length === 1, 'Created'),
        w.write(name, 'more')
      ),
      expected: [`Created ${name}`, `Modified ${name}`],
    }),
  ),
  {
    name: 'a path of 2,500 bytes',
    act: async (w) => {
      w.write(`${'directory/'.repeat(249)}a.ts`);
      await w.until(() => w.reported().length === 1, 'Created');
    },
    expected: [`Created ${'directory/'.repeat(249)}a.ts`],
  },
  { name: 'a pipe', needs: 'mkfifo', act: (w) => run('mkfifo', [w.path('p')]), expected: [] },
  {
    name: 'a socket',
    act: async (w) => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(w.path('s'), resolve));
      await delay(20);
      await new Promise((resolve) => server.close(resolve));
    },
    expected: [],
  },
];

const filters: readonly Scenario[] = [
  {
    name: 'depth 0',
    files: d,
    options: { depth: 0 },
    act: (w) => (w.write('d/a.ts', 'x'), w.write('d/new.ts'), w.write('b.ts')),
    expected: ['Created b.ts'],
  },
  {
    name: 'depth 1',
    files: d,
    options: { depth: 1 },
    act: (w) => (w.write('d/a.ts', 'x'), w.write('d/e/b.ts', 'x')),
    expected: ['Modified d/a.ts'],
  },
  {
    name: 'not recursive',
    files: d,
    options: { recursive: false },
    act: (w) => (w.write('d/a.ts', 'x'), w.write('b.ts')),
    expected: ['Created b.ts'],
  },
  {
    name: 'extensions',
    options: { extensions: ['ts'] },
    act: (w) => (w.write('a.ts'), w.write('a.js'), w.write('ts')),
    expected: ['Created a.ts'],
  },
  {
    name: 'exclude a directory',
    files: { 'x/y/a.ts': 'a' },
    options: { exclude: ['x'] },
    act: (w) => (w.write('x/y/a.ts', 'b'), w.write('x/b.ts'), w.write('c.ts')),
    expected: ['Created c.ts'],
  },
  {
    name: 'exclude by a globstar',
    files: { 'x/node_modules/m/a.ts': 'a' },
    options: { exclude: ['**/node_modules/**'] },
    act: (w) => (w.write('x/node_modules/m/a.ts', 'b'), w.write('x/c.ts')),
    expected: ['Created x/c.ts'],
  },
  {
    name: 'rename into what is excluded',
    files: { ...a, x: null },
    options: { exclude: ['x'] },
    act: (w) => renameSync(w.path('a.ts'), w.path('x/a.ts')),
    expected: ['Deleted a.ts'],
  },
  {
    name: 'a directory renamed out of what is excluded',
    files: { 'x/a.ts': 'a' },
    options: { exclude: ['x'] },
    act: (w) => renameSync(w.path('x'), w.path('y')),
    expected: ['Created y/a.ts'],
  },
];

export const scenarios: Readonly<Record<string, readonly Scenario[]>> = {
  'writing in place': inPlace,
  saving: saves,
  'creating and deleting': creations,
  renaming: renames,
  directories,
  links,
  names,
  filters,
  gitignore: gitignoreScenarios,
};
