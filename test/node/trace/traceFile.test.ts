import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { lastValueFrom, type Observable, of, Subject } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import type { TraceSink } from '../../../src/model/trace/TraceRecord.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { TraceWriter } from '../../../src/trace/file/TraceWriter.js';
import { readTrace } from '../../../src/trace/readTrace.js';
import { replayRun } from '../../../src/trace/replayRun.js';
import { traceFile } from '../../../src/trace/traceFile.js';
import { fakeTarget } from '../../../src/trace/virtual/fakeTarget.js';

const dir = mkdtempSync(join(tmpdir(), 'hotpipe-trace-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function saves(count: number): readonly WatchEvent[] {
  return Array.from({ length: count }, (_, batch) => ({
    _tag: 'Modified',
    path: `/plugins/p${batch}/index.ts`,
    kind: 'file',
    atMs: 1,
    batch,
  }));
}

function run(trace: TraceSink, count = 3): Observable<ReloadEvent> {
  return hotReload({
    source$: of(...saves(count)),
    target: fakeTarget(),
    debounce: { minMs: 1 },
    trace,
  });
}

describe('traceFile', () => {
  it('writes a trace that is read and replayed', async () => {
    const path = join(dir, 'new-directory', 'run.ndjson');
    const trace = traceFile(path);
    await lastValueFrom(run(trace));
    await trace.flushed();
    const read = await readTrace(path)();
    expect(isRight(read) && read.right.isComplete).toBe(true);
    if (isLeft(read)) throw new Error(read.left.message);
    const { divergence, events } = await replayRun(read.right);
    expect(divergence).toBeNull();
    expect(events.length).toBeGreaterThan(8);
  });

  it('keeps the file of an earlier run', async () => {
    const path = join(dir, 'again.ndjson');
    const trace = traceFile(path);
    await lastValueFrom(run(trace));
    await trace.flushed();
    const first = readFileSync(path, 'utf8');
    await lastValueFrom(run(trace, 1));
    await trace.flushed();
    expect(readFileSync(`${path}.1`, 'utf8')).toBe(first);
    const second = await readTrace(path)();
    expect(isRight(second) && second.right.isComplete).toBe(true);
  });

  it('goes on in a new file with a header of its own when one is full', async () => {
    const path = join(dir, 'full.ndjson');
    const trace = traceFile(path, { maxBytes: 8_192 });
    const source$ = new Subject<WatchEvent>();
    const options = { source$, target: fakeTarget(), debounce: { minMs: 1 }, trace };
    const ended = lastValueFrom(hotReload(options));
    for (const save of saves(40)) {
      source$.next(save);
      await trace.flushed();
    }
    source$.complete();
    await ended;
    await trace.flushed();
    expect(
      readdirSync(dir).filter((name) => name.startsWith('full.ndjson')).length,
    ).toBeGreaterThan(1);
    const newest = await readTrace(path)();
    if (isLeft(newest)) throw new Error(newest.left.message);
    expect(newest.right.isComplete).toBe(true);
    await expect(replayRun(newest.right)).rejects.toMatchObject({ _tag: 'TraceIncomplete' });
    const older = await readTrace(`${path}.1`)();
    expect(isRight(older) && older.right.isComplete).toBe(true);
  });

  /** Records a run into as many files as it fills, and gives their names, oldest first. */
  async function recordParts(name: string, saveCount: number): Promise<readonly string[]> {
    const path = join(dir, name);
    const trace = traceFile(path, { maxBytes: 4_096 });
    const source$ = new Subject<WatchEvent>();
    const options = { source$, target: fakeTarget(), debounce: { minMs: 1 }, trace };
    const ended = lastValueFrom(hotReload(options));
    for (const save of saves(saveCount)) {
      source$.next(save);
      await trace.flushed();
    }
    source$.complete();
    await ended;
    await trace.flushed();
    const aged = [3, 2, 1].map((age) => `${path}.${age}`).filter((file) => existsSync(file));
    return [...aged, path];
  }
  const read = async (path: string) => {
    const trace = await readTrace(path)();
    if (isLeft(trace)) throw new Error(trace.left.message);
    return trace.right;
  };

  it('is read as one run from any of its files, in their order, and replayed', async () => {
    await recordParts('parts.ndjson', 2); // an earlier run, whose files stand beside
    const files = await recordParts('parts.ndjson', 12);
    expect(files.length).toBeGreaterThan(2);
    let eventCount = 0;
    for (const file of files.slice(-3)) {
      const trace = await read(file);
      const { divergence, events } = await replayRun(trace);
      expect(divergence?.message, file).toBeUndefined();
      expect(trace).toMatchObject({ isComplete: true });
      expect(trace).not.toHaveProperty('missing');
      eventCount ||= events.length;
      expect(events).toHaveLength(eventCount);
    }
  });

  it('names the file of a run that is not there, and never takes the rest for the whole', async () => {
    for (const gone of [0, 1, 2]) {
      const files = await recordParts(`gone-${gone}.ndjson`, 12);
      expect(files).toHaveLength(3);
      const [name = ''] = files.slice(gone, gone + 1);
      rmSync(name);
      for (const file of files.toSpliced(gone, 1)) {
        const trace = await read(file);
        expect(trace).toMatchObject({ missing: name });
        await expect(replayRun(trace)).rejects.toThrow(`${name}, a file of the run, is not there`);
      }
      // A file of another run in its place is not taken for it.
      const other = await recordParts(`other-${gone}.ndjson`, 12);
      writeFileSync(name, readFileSync(other[gone] ?? ''));
      const [beside = ''] = files.toSpliced(gone, 1);
      expect(await read(beside)).toMatchObject({ missing: name });
    }
  });

  it('tells which file of a run is damaged', async () => {
    const files = await recordParts('hurt.ndjson', 12);
    const [first = '', second = ''] = files;
    writeFileSync(second, readFileSync(second, 'utf8').replace('"fire"', '"fine"'));
    const trace = await readTrace(first)();
    expect(isLeft(trace) && trace.left.message).toContain(`${second}, line `);
  });

  it('throws at once for a file that cannot be written', () => {
    mkdirSync(join(dir, 'a-directory'));
    expect(() => traceFile(join(dir, 'a-directory'))).toThrow(
      /traceFile: .*a-directory cannot be written: EISDIR/,
    );
    writeFileSync(join(dir, 'a-file'), '');
    expect(() => traceFile(join(dir, 'a-file', 'run.ndjson'))).toThrow(/cannot be written/);
    expect(() => traceFile(join(dir, 'run'), { maxBytes: 10 })).toThrow(RangeError);
  });

  it.skipIf(!existsSync('/dev/full'))(
    'warns once about a full disk, and the host goes on',
    async () => {
      const warnings: string[] = [];
      const listen = (warning: Error): void => void warnings.push(warning.message);
      process.on('warning', listen);
      const trace = traceFile('/dev/full');
      const events: ReloadEvent[] = [];
      const ended = new Promise<void>((resolve) => {
        run(trace, 30).subscribe({ next: (event) => events.push(event), complete: resolve });
      });
      await ended;
      await trace.flushed();
      await new Promise((resolve) => setImmediate(resolve));
      process.off('warning', listen);
      expect(events.filter(({ _tag }) => _tag === 'Loaded')).toHaveLength(30);
      expect(warnings.filter((warning) => warning.includes('the host goes on'))).toHaveLength(1);
    },
  );

  it('reads neither what is not there nor what is no trace', async () => {
    const missing = await readTrace(join(dir, 'missing'))();
    expect(isLeft(missing) && missing.left._tag).toBe('TraceIo');
    writeFileSync(join(dir, 'other.ndjson'), '{"k":"ev"}\n');
    const other = await readTrace(join(dir, 'other.ndjson'))();
    expect(isLeft(other) && other.left).toMatchObject({ _tag: 'TraceCorrupt', line: 1 });
  });
});

describe('TraceWriter', () => {
  it('leaves out and counts what comes while the disk takes nothing, and goes on behind it', async () => {
    const written: Buffer[] = [];
    let isStuck = true;
    let release = (): void => undefined;
    const lost: unknown[] = [];
    const writer = new TraceWriter({
      open: () => ({
        write: async (bytes) => {
          if (isStuck) await new Promise<void>((resolve) => (release = resolve));
          written.push(Buffer.from(bytes));
        },
        writeNow: (bytes) => void written.push(Buffer.from(bytes)),
        cut: () => undefined,
        close: () => undefined,
      }),
      later: (work) => setImmediate(work),
      maxBytes: Infinity,
      header: () => '{"k":"header"}',
      onLost: (error) => lost.push(error),
    });
    writer.start();
    writer.add('{"k":"start"}');
    await new Promise((resolve) => setImmediate(resolve));
    const large = `{"k":"ev","e":"${'x'.repeat(1_000_000)}"}`;
    for (let count = 0; count < 20; count += 1) writer.add(large);
    expect(lost.length).toBeGreaterThan(5);
    isStuck = false;
    release();
    writer.add('{"k":"stop"}');
    writer.end();
    await writer.flushed();
    const lines = Buffer.concat(written).toString('utf8').trim().split('\n');
    expect(
      lines.map((line) => (JSON.parse(line) as { k: string }).k).filter((k) => k !== 'ev'),
    ).toEqual(['header', 'start', 'gap', 'end']);
    const gap = lines.find((line) => line.startsWith('{"k":"gap"'));
    expect(JSON.parse(gap ?? '')).toEqual({ k: 'gap', count: lost.length });
  });
});
