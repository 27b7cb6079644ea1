import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, of, throwError } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { auditLog } from '../../../src/sinks/auditLog.js';

describe('auditLog', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'hotpipe-audit-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  it.each([true, false])(
    'appends each event as a line, readable by its owner only (fsync: %s)',
    (fsync) => {
      const file = join(dir, 'reloads.ndjson');
      of({ i: 0 }, { i: 1 }).subscribe(auditLog(file, { fsync }));
      of({ i: 2, text: 'two\nlines' }).subscribe(auditLog(file, { fsync }));

      expect(readFileSync(file, 'utf8')).toBe('{"i":0}\n{"i":1}\n{"i":2,"text":"two\\nlines"}\n');
      expect(statSync(file).mode & 0o777).toBe(0o600);
    },
  );

  it('creates the folder of the file', () => {
    const file = join(dir, 'logs/today/reloads.ndjson');
    of({ i: 0 }).subscribe(auditLog(file));

    expect(readFileSync(file, 'utf8')).toBe('{"i":0}\n');
  });

  it('begins a new file before it would grow too large, keeps the newest files, and splits no line', () => {
    const file = join(dir, 'reloads.ndjson');
    const line = (i: number) => ({ i, text: 'x'.repeat(20) }); // 38 bytes with its line feed
    for (const fsync of [false, true]) {
      of(...[1, 2, 3, 4, 5, 6, 7].map(line)).subscribe(
        auditLog(file, { rotateBytes: 76, keepCount: 2, fsync }),
      );
      const numbers = (name: string) =>
        readFileSync(join(dir, name), 'utf8')
          .trimEnd()
          .split('\n')
          .map((text) => JSON.parse(text).i);
      expect(readdirSync(dir).sort()).toEqual([
        'reloads.ndjson',
        'reloads.ndjson.1',
        'reloads.ndjson.2',
      ]);
      expect(['reloads.ndjson.2', 'reloads.ndjson.1', 'reloads.ndjson'].map(numbers)).toEqual([
        [3, 4],
        [5, 6],
        [7],
      ]);
      expect(statSync(`${file}.1`).size).toBe(76);
      for (const name of readdirSync(dir)) rmSync(join(dir, name));
    }
  });

  it('gives a line that is too long for a file one of its own; keeps no file when `keepCount` is 0', () => {
    const file = join(dir, 'reloads.ndjson');
    of({ i: 1 }, { i: 2, text: 'x'.repeat(50) }, { i: 3 }).subscribe(
      auditLog(file, { rotateBytes: 1, keepCount: 0 }),
    );
    expect([readdirSync(dir), readFileSync(file, 'utf8')]).toEqual([
      ['reloads.ndjson'],
      '{"i":3}\n',
    ]);
  });

  it('throws for a size and a count that are out of range', () => {
    expect(() => auditLog('x', { rotateBytes: 0 })).toThrow(
      'auditLog: rotateBytes (0) is less than 1',
    );
    expect(() => auditLog('x', { keepCount: 1.5 })).toThrow(
      'keepCount (1.5) is not a whole number',
    );
  });

  it('begins a new line when a host was killed within one', () => {
    const file = join(dir, 'reloads.ndjson');
    writeFileSync(file, '{"i":0}\n{"i":');
    of({ i: 2 }, { i: 3 }).subscribe(auditLog(file));

    expect(readFileSync(file, 'utf8')).toBe('{"i":0}\n{"i":\n{"i":2}\n{"i":3}\n');
  });

  it('writes that the stream failed', () => {
    const file = join(dir, 'reloads.ndjson');
    concat(
      of({ i: 0 }),
      throwError(() => new Error('gone')),
    ).subscribe(auditLog(file));

    expect(readFileSync(file, 'utf8')).toBe('{"i":0}\n{"_tag":"StreamFailed","message":"gone"}\n');
  });

  it('writes why a stream failed that errored with a plain ReloadError', () => {
    const file = join(dir, 'reloads.ndjson');
    const failure = { _tag: 'Io', plugin: 'counter', message: 'the disk is full' };
    throwError(() => failure).subscribe(auditLog(file));

    expect(readFileSync(file, 'utf8')).toBe(
      '{"_tag":"StreamFailed","message":"the disk is full"}\n',
    );
  });

  it('reports a line that could not be written, and continues', () => {
    const onError = vi.fn();
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const file = join(dir, 'reloads.ndjson');
    of(cyclic, { i: 1 }).subscribe(auditLog(file, { onError }));
    of({ i: 2 }).subscribe(auditLog(join(file, 'below-a-file'), { onError }));

    expect(readFileSync(file, 'utf8')).toBe('{"i":1}\n');
    expect(onError.mock.calls.map(([error]) => error.message)).toEqual([
      expect.stringContaining('circular'),
      expect.stringMatching(/ENOTDIR|EEXIST/),
    ]);
  });
});
