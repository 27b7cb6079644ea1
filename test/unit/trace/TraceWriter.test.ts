import { isRight } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { TraceWriter } from '../../../src/trace/file/TraceWriter.js';
import { parseTrace } from '../../../src/trace/readTrace.js';

const HEADER = JSON.stringify({
  k: 'header',
  v: 1,
  lib: '',
  node: '',
  seed: 1,
  startMs: 0,
  level: 'full',
  redact: 'none',
  root: '/r',
  options: { data: {}, ports: [], target: [] },
});

/** A writer on a disk whose calls fail by their number, from 1. Nothing is written but by `turn`. */
function writerOn(fails: {
  readonly opens?: readonly number[];
  readonly writes?: readonly number[];
  readonly maxBytes?: number;
}) {
  const files: string[] = [];
  const works: (() => void)[] = [];
  let openCount = 0;
  let writeCount = 0;
  const write = (file: number, bytes: Uint8Array, position: number): void => {
    writeCount += 1;
    if (fails.writes?.includes(writeCount)) throw new Error('ENOSPC');
    files[file] = (files[file] ?? '').slice(0, position) + Buffer.from(bytes).toString();
  };
  const writer = new TraceWriter({
    open: () => {
      openCount += 1;
      if (fails.opens?.includes(openCount)) throw new Error('EMFILE');
      const file = files.push('') - 1;
      return {
        write: async (bytes, position) => write(file, bytes, position),
        writeNow: (bytes, position) => write(file, bytes, position),
        cut: (position) => void (files[file] = (files[file] ?? '').slice(0, position)),
        close: () => undefined,
      };
    },
    later: (work) => void works.push(work),
    maxBytes: fails.maxBytes ?? Infinity,
    header: () => HEADER,
    onLost: () => undefined,
  });
  const turn = async (): Promise<void> => {
    for (const work of works.splice(0)) work();
    for (let count = 0; count < 5; count += 1) await Promise.resolve();
  };
  const kindsOf = (file: number): string[] =>
    (files[file] ?? '')
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [/"k":"(\w+)"/.exec(line)?.[1] ?? '?']));
  const gapsOf = (file: number) => files[file]?.match(/"gap","count":\d+/g);
  /** Undefined: it cannot be read. */
  const isComplete = (file: number): boolean | undefined => {
    const read = parseTrace(files[file] ?? '', 'run');
    return isRight(read) ? read.right.isComplete : undefined;
  };
  writer.start();
  return { writer, turn, kindsOf, gapsOf, isComplete };
}

describe('TraceWriter', () => {
  it('writes a gap before the end when the last lines were lost', async () => {
    const { writer, turn, kindsOf, gapsOf, isComplete } = writerOn({ writes: [2] });
    writer.add('{"k":"start"}');
    await turn();
    writer.add('{"k":"stop"}');
    writer.add('{"k":"stop"}');
    writer.end();
    for (let count = 0; count < 5; count += 1) await turn();
    await writer.flushed();
    expect(kindsOf(0)).toEqual(['header', 'start', 'gap', 'end']);
    expect(gapsOf(0)).toEqual(['"gap","count":2']);
    expect(isComplete(0)).toBe(true);
  });

  it('gives a file no end when neither the last lines nor the gap can be written', async () => {
    const { writer, turn, kindsOf, isComplete } = writerOn({ writes: [2, 3] });
    writer.add('{"k":"start"}');
    await turn();
    writer.add('{"k":"stop"}');
    writer.end();
    for (let count = 0; count < 5; count += 1) await turn();
    await writer.flushed();
    expect(kindsOf(0)).toEqual(['header', 'start']);
    expect(isComplete(0)).toBe(false);
  });

  it('does the same when the process ends', async () => {
    const { writer, turn, kindsOf, gapsOf } = writerOn({ writes: [2] });
    writer.add('{"k":"start"}');
    await turn();
    writer.add('{"k":"stop"}');
    await turn();
    writer.end();
    writer.endNow();
    expect(kindsOf(0)).toEqual(['header', 'start', 'gap', 'end']);
    expect(gapsOf(0)).toEqual(['"gap","count":1']);
  });

  it('counts lines that two failures in a row lost', async () => {
    const { writer, turn, gapsOf } = writerOn({ writes: [2, 3] });
    writer.add('{"k":"start"}');
    await turn();
    for (const count of [3, 2, 1]) {
      for (let at = 0; at < count; at += 1) writer.add('{"k":"fire","id":1}');
      await turn();
    }
    expect(gapsOf(0)).toEqual(['"gap","count":5']);
  });

  it('goes on in the next file when that could not be opened at first', async () => {
    const { writer, turn, kindsOf, gapsOf, isComplete } = writerOn({
      opens: [2, 3],
      maxBytes: HEADER.length + 25,
    });
    for (let count = 0; count < 4; count += 1) {
      writer.add('{"k":"fire","id":1}');
      await turn();
      await writer.flushed();
    }
    writer.end();
    for (let count = 0; count < 5; count += 1) await turn();
    expect(kindsOf(0)).toEqual(['header', 'fire', 'end']);
    expect(kindsOf(1)).toEqual(['header', 'gap', 'fire', 'end']);
    expect(gapsOf(1)).toEqual(['"gap","count":2']);
    expect([isComplete(0), isComplete(1)]).toEqual([true, true]);
  });

  it('never leaves a file without a header behind a write that failed', async () => {
    const { writer, turn, kindsOf } = writerOn({ writes: [1] });
    writer.add('{"k":"start"}');
    await turn();
    writer.add('{"k":"fire","id":1}');
    await turn();
    expect(kindsOf(0)).toEqual(['header', 'gap', 'fire']);
  });
});
