import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Scenario } from './scenarios.js';

const options = { gitignore: true };
const tree = {
  '.gitignore': '*.log\n/build\nnode_modules/\n',
  'a.ts': 'a',
  'a.log': 'a',
  'build/out.js': 'o',
  'src/build/in.ts': 'i',
  'node_modules/m/index.js': 'm',
};

/** What `.gitignore` files exclude, at the start and when they change. */
export const gitignoreScenarios: readonly Scenario[] = [
  {
    name: 'is not applied by default',
    files: tree,
    act: (w) => w.write('a.log', 'edited'),
    expected: ['Modified a.log'],
  },
  {
    name: 'a file that it names is not reported, at any depth',
    files: tree,
    options,
    act: (w) => {
      for (const name of ['a.log', 'src/b.log', 'build/out.js', 'node_modules/m/x.js', '.git/HEAD'])
        w.write(name, 'edited');
      w.write('a.ts', 'edited');
      w.write('src/build/in.ts', 'edited');
    },
    expected: ['Modified a.ts', 'Modified src/build/in.ts'],
  },
  {
    name: 'a nested one overrules those above it, and does not apply beside it',
    files: {
      ...tree,
      'src/.gitignore': '!keep.log\n*.gen.ts',
      'src/keep.log': 'k',
      'x.gen.ts': 'x',
    },
    options,
    act: (w) => {
      for (const name of ['src/keep.log', 'src/y.gen.ts', 'src/z.log', 'x.gen.ts'])
        w.write(name, 'edited');
    },
    expected: ['Modified src/keep.log', 'Modified x.gen.ts'],
  },
  {
    name: 'it is applied even when extensions exclude the file itself',
    files: tree,
    options: { ...options, extensions: ['js', 'ts'] },
    act: (w) => (w.write('build/out.js', 'edited'), w.write('a.ts', 'edited')),
    expected: ['Modified a.ts'],
  },
  {
    name: 'an edit of it takes effect: files join and leave',
    files: { '.gitignore': '*.log\n', 'a.log': 'a', 'd/b.log': 'b', 'd/c.txt': 'c', 'a.ts': 'a' },
    options: { ...options, extensions: ['log', 'txt', 'ts'] },
    act: async (w) => {
      w.write('.gitignore', 'd/*.txt\n');
      await w.until(() => w.events.length === 3, 'the changes');
      w.write('d/c.txt', 'excluded');
      w.write('d/b.log', 'included');
    },
    expected: ['Created a.log', 'Created d/b.log', 'Deleted d/c.txt', 'Modified d/b.log'],
  },
  {
    name: 'a directory that it excludes later, and includes again',
    files: { 'd/e/a.ts': 'a', 'b.ts': 'b', '.gitignore': '' },
    options: { ...options, extensions: ['ts'] },
    act: async (w) => {
      w.write('.gitignore', 'd/\n');
      await w.until(() => w.reported().includes('Deleted d/e/a.ts'), 'the exclusion');
      w.write('d/e/a.ts', 'meanwhile');
      w.write('d/e/b.ts', 'meanwhile');
      await delay(100);
      w.write('.gitignore', '#\n');
      await w.until(() => w.reported().includes('Created d/e/b.ts'), 'the inclusion');
      w.write('d/e/a.ts', 'at the end');
    },
    expected: ['Created d/e/a.ts', 'Created d/e/b.ts', 'Deleted d/e/a.ts', 'Modified d/e/a.ts'],
  },
  {
    name: 'after it is removed, it is not applied any more',
    files: { '.gitignore': '*.log\n', 'a.log': 'a' },
    options: { ...options, extensions: ['log', 'ts'] },
    act: async (w) => {
      rmSync(w.path('.gitignore'));
      await w.until(() => w.events.length === 1, 'the inclusion');
    },
    expected: ['Created a.log'],
  },
  {
    name: 'it is applied in a directory that is moved in, and after the directory is renamed',
    files: { 'a.ts': 'a' },
    options,
    act: async (w) => {
      mkdirSync(`${w.dir}-outside-d/dist`, { recursive: true });
      writeFileSync(`${w.dir}-outside-d/.gitignore`, 'dist\n');
      writeFileSync(`${w.dir}-outside-d/dist/o.js`, 'o');
      writeFileSync(`${w.dir}-outside-d/i.ts`, 'i');
      renameSync(`${w.dir}-outside-d`, w.path('d'));
      await w.until(() => w.events.length >= 2, 'the directory');
      renameSync(w.path('d'), w.path('e'));
      await w.until(() => w.reported().includes('Renamed d/ > e/'), 'the move');
      w.write('e/dist/o.js', 'edited');
      w.write('e/i.ts', 'edited');
    },
    expected: ['Created d/.gitignore', 'Created d/i.ts', 'Modified e/i.ts', 'Renamed d/ > e/'],
  },
];
