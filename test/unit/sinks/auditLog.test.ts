import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
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
    'appends each event as a line, readable by its owner alone (fsync: %s)',
    (fsync) => {
      const file = join(dir, 'reloads.ndjson');
      of({ i: 0 }, { i: 1 }).subscribe(auditLog(file, { fsync }));
      of({ i: 2, text: 'two\nlines' }).subscribe(auditLog(file, { fsync }));

      expect(readFileSync(file, 'utf8')).toBe('{"i":0}\n{"i":1}\n{"i":2,"text":"two\\nlines"}\n');
      expect(statSync(file).mode & 0o777).toBe(0o600);
    },
  );

  it('makes the folder that it is told to write to', () => {
    const file = join(dir, 'logs/today/reloads.ndjson');
    of({ i: 0 }).subscribe(auditLog(file));

    expect(readFileSync(file, 'utf8')).toBe('{"i":0}\n');
  });

  it('notes that the stream failed', () => {
    const file = join(dir, 'reloads.ndjson');
    concat(
      of({ i: 0 }),
      throwError(() => new Error('gone')),
    ).subscribe(auditLog(file));

    expect(readFileSync(file, 'utf8')).toBe('{"i":0}\n{"_tag":"StreamFailed","message":"gone"}\n');
  });

  it('tells of a line that could not be written, and goes on', () => {
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
