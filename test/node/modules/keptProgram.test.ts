import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { packFiles } from '../../../src/modules/adapters/packFiles.js';
import type { PackFiles } from '../../../src/modules/files/PackFiles.js';
import { KeptProgram } from '../../../src/modules/KeptProgram.js';

// What `lib/cli/main.js` does on Node 20: a program of two files, one of which is loaded when it is needed.

const PROGRAM: Readonly<Record<string, string>> = {
  'main.js': `"use strict";
const { join } = require('node:path');
const part = require('./part.js');
globalThis.keptRuns = (globalThis.keptRuns ?? 0) + 1;
exports.answer = () => [part.double(21), join('a', 'b'), this === undefined, __filename.slice(-7)];
exports.late = () => Promise.resolve().then(() => require('./part.js') === part && require('./late.js').value);
exports.fails = () => part.fails();
exports.outside = () => require.importModule('./outside.mjs');`,
  'part.js': `"use strict";
exports.double = (value) => value * 2;
exports.fails = () => { throw new Error('here'); };`,
  'late.js': 'exports.value = "late";',
  'outside.mjs': 'export const value = import.meta.url.slice(-11);',
};
const ANSWER = [42, join('a', 'b'), false, 'main.js'];

interface Main {
  readonly answer: () => unknown;
  readonly late: () => Promise<unknown>;
  readonly fails: () => never;
  readonly outside: () => Promise<{ readonly value: string }>;
}

/** A program in a folder of its own, and how it is started. Counts the files that are written. */
function folders(write?: PackFiles['write']) {
  const dir = mkdtempSync(join(tmpdir(), 'hotpipe-kept-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const [folder, directory] = [join(dir, 'program'), join(dir, 'compiled')];
  mkdirSync(folder);
  mkdirSync(directory, { mode: 0o700 });
  for (const [name, text] of Object.entries(PROGRAM)) writeFileSync(join(folder, name), text);
  const create = vi.fn(packFiles.create);
  const start = () => {
    const files = { ...packFiles, create, ...(write && { write }) };
    const importModule = (specifier: string): Promise<unknown> =>
      import(pathToFileURL(join(folder, specifier)).href);
    const program = new KeptProgram(folder, { directory, files, importModule });
    return { program, main: program.load('main.js') as Main };
  };
  const keptIn = (): string[] => readdirSync(directory).map((name) => join(directory, name));
  return { folder, directory, start, keptIn, create };
}

test('runs as CommonJS does: each file once, what is outside of it by Node, and places as in the text', async () => {
  const { start } = folders();
  const { program, main } = start();
  expect(main.answer()).toEqual(ANSWER);
  expect(program.load('main.js')).toBe(main);
  expect(await main.late()).toBe('late');
  expect((await main.outside()).value).toBe('outside.mjs');
  const stack = (): string => {
    try {
      return main.fails();
    } catch (error) {
      return (error as Error).stack ?? '';
    }
  };
  expect(stack()).toContain(`part.js:3:${PROGRAM['part.js']!.split('\n')[2]!.indexOf('new') + 1}`);
});

test('what has run is compiled once: a later start finds all of it, and writes nothing', () => {
  const { start, create, keptIn } = folders();
  const first = start();
  first.main.answer();
  first.program.keep();
  first.program.keep();
  expect(create).toHaveBeenCalledTimes(1);
  expect(keptIn()).toHaveLength(1);

  const second = start();
  expect(second.main.answer()).toEqual(ANSWER);
  second.program.keep();
  expect(create).toHaveBeenCalledTimes(1);
});

test('a text that was changed, also to one of the same length, is compiled anew', () => {
  const { start, folder, create } = folders();
  const { main, program } = start();
  main.answer();
  program.keep();
  writeFileSync(join(folder, 'part.js'), PROGRAM['part.js']!.replace('* 2', '* 3'));
  const changed = start();
  expect(changed.main.answer()).toEqual([63, ...ANSWER.slice(1)]);
  changed.program.keep();
  expect(create).toHaveBeenCalledTimes(2);
  expect(start().main.answer()).toEqual([63, ...ANSWER.slice(1)]);
});

test('what was torn off or changed in any byte is not run', () => {
  const { start, keptIn, create } = folders();
  const { main, program } = start();
  main.answer();
  program.keep();
  const [file = ''] = keptIn();
  const whole = readFileSync(file);
  const places = fc.nat(whole.length - 1);
  fc.assert(
    fc.property(places, fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, by, isTorn) => {
      const bytes = Buffer.from(isTorn ? whole.subarray(0, at) : whole);
      if (!isTorn) bytes[at]! ^= by;
      writeFileSync(file, bytes);
      create.mockClear();
      const broken = start();
      expect(broken.main.answer()).toEqual(ANSWER);
      broken.program.keep();
      // Some of it was not used, so all is written again.
      expect(create).toHaveBeenCalledTimes(1);
      expect(readFileSync(file).length).toBeGreaterThan(whole.length / 2);
    }),
    { numRuns: 60 },
  );
});

test('a disk that refuses leaves nothing behind, and the program runs', () => {
  const { start, keptIn } = folders(() => {
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  });
  const { main, program } = start();
  expect(main.answer()).toEqual(ANSWER);
  expect(() => program.keep()).not.toThrow();
  expect(keptIn()).toEqual([]);
});

test.skipIf(process.platform === 'win32')(
  'what others may write, and what is a link, is not run',
  () => {
    const { start, directory, keptIn, create } = folders();
    const { main, program } = start();
    main.answer();
    program.keep();
    const [file = ''] = keptIn();
    const isUsed = (): boolean => {
      create.mockClear();
      const again = start();
      again.main.answer();
      again.program.keep();
      return create.mock.calls.length === 0;
    };
    expect(isUsed()).toBe(true);
    chmodSync(file, 0o666);
    expect(isUsed()).toBe(false);
    expect(isUsed()).toBe(true);
    chmodSync(directory, 0o777);
    expect(isUsed()).toBe(false);
    chmodSync(directory, 0o700);
    const elsewhere = `${directory}-elsewhere`;
    writeFileSync(elsewhere, readFileSync(file), { mode: 0o600 });
    rmSync(file);
    symlinkSync(elsewhere, file);
    expect(isUsed()).toBe(false);
  },
);

test('keeps eight installations: the one that was written first goes, and what a killed process has left', () => {
  const { start, directory, keptIn } = folders();
  const old = Array.from({ length: 8 }, (_, at) => join(directory, `${at}.program`));
  for (const [at, path] of old.entries()) {
    writeFileSync(path, '');
    utimesSync(path, at + 1, at + 1);
  }
  writeFileSync(join(directory, 'of-node'), '');
  const [killed, written] = ['a', 'b'].map((name) => join(directory, `${name}.program-new`));
  writeFileSync(killed!, '');
  utimesSync(killed!, 1, 1);
  writeFileSync(written!, '');
  const { main, program } = start();
  main.answer();
  program.keep();
  expect(keptIn()).toHaveLength(10);
  expect([existsSync(killed!), existsSync(written!)]).toEqual([false, true]);
  expect(old.map((path) => existsSync(path))).toEqual([false, ...Array(7).fill(true)]);
  expect(existsSync(join(directory, 'of-node'))).toBe(true);
});
