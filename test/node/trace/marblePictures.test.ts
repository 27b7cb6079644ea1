import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hotpipe-pictures-'));
  cpSync('src/operators', join(dir, 'src/operators'), { recursive: true });
  cpSync('docs/operators', join(dir, 'docs/operators'), { recursive: true });
  cpSync('docs/operators.md', join(dir, 'docs/operators.md'));
  symlinkSync(resolve('node_modules'), join(dir, 'node_modules'), 'junction');
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Runs the script on the copy. */
function write(...options: string[]) {
  const script = resolve('scripts/write-marble-pictures.mjs');
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script, ...options], {
    cwd: dir,
    encoding: 'utf8',
  });
  return { status, lines: stderr.split('\n').filter((line) => line !== '') };
}

test('the check of the pictures fails for each one that its diagram does not give, and drawing mends it', () => {
  const doc = join(dir, 'src/operators/coalesceMap.ts');
  const old = readFileSync(doc, 'utf8');
  const edited = old.replace('-a-b-c---------d-------|', '-a-b-c--------d--------|');
  expect(edited).not.toBe(old);
  writeFileSync(doc, edited);
  writeFileSync(join(dir, 'docs/operators/gone.svg'), '<svg/>');
  rmSync(join(dir, 'docs/operators/perKey.svg'));

  const { status, lines } = write('--check');
  expect(status).toBe(1);
  expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual([
    'docs/operators.md', // it has the diagrams for whoever sees no picture
    'docs/operators/coalesceMap.svg',
    'docs/operators/gone.svg',
    'docs/operators/perKey.svg',
  ]);

  expect(write()).toEqual({ status: 0, lines: [] });
  expect(write('--check')).toEqual({ status: 0, lines: [] });
});
