import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packBundle } from '../../../src/fleet/bundles/packBundle.js';
import { readBundle } from '../../../src/fleet/bundles/readBundle.js';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hotpipe-bundle-'));
  mkdirSync(join(dir, 'lib/deep'), { recursive: true });
  writeFileSync(join(dir, 'plugin.toml'), 'name = "p"');
  writeFileSync(join(dir, 'lib/deep/a.ts'), 'export const a = 1;');
  writeFileSync(join(dir, 'data.bin'), Buffer.from([0, 255, 10]));
});
afterEach(() => rmSync(dir, { recursive: true }));

it('packs regular files, and neither times nor permissions change the digest', async () => {
  const first = await packBundle(dir)();
  utimesSync(join(dir, 'plugin.toml'), 1, 1);
  execFileSync('chmod', ['700', join(dir, 'plugin.toml')]);
  const second = await packBundle(dir)();
  expect(first).toEqual(second);
  const files = E.isRight(first) ? readBundle(first.right.bytes) : first;
  expect(E.isRight(files) && [...files.right.keys()]).toEqual([
    'data.bin',
    'lib/deep/a.ts',
    'plugin.toml',
  ]);
  expect(E.isRight(files) && files.right.get('data.bin')).toEqual(Uint8Array.from([0, 255, 10]));
});

it('is an archive that tar reads', async () => {
  const bundle = await packBundle(dir)();
  const bytes = E.isRight(bundle) ? bundle.right.bytes : new Uint8Array();
  const list = execFileSync('tar', ['-tf', '-'], { input: bytes, encoding: 'utf8' });
  expect(list.trim().split('\n')).toEqual(['data.bin', 'lib/deep/a.ts', 'plugin.toml']);
});

it.each([
  ['a link', () => symlinkSync('plugin.toml', join(dir, 'link')), '"link" is a link'],
  ['a link to a folder', () => symlinkSync('lib', join(dir, 'lib2')), '"lib2" is a link'],
  ['a pipe', () => execFileSync('mkfifo', [join(dir, 'pipe')]), '"pipe" is no regular file'],
  ['a name with a backslash', () => writeFileSync(join(dir, 'a\\b'), ''), 'has a backslash'],
])('refuses %s', async (_, spoil, reason) => {
  spoil();
  expect(await packBundle(dir)()).toMatchObject({
    left: { _tag: 'BundleRefused', message: expect.stringContaining(reason) },
  });
});

it('refuses a folder that is none', async () => {
  expect(await packBundle(join(dir, 'plugin.toml'))()).toMatchObject({
    left: { _tag: 'BundleRefused' },
  });
  expect(await packBundle(join(dir, 'gone'))()).toMatchObject({ left: { _tag: 'BundleRefused' } });
});
