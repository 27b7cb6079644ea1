import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Trace, TraceRecord } from '../../../src/model/trace/TraceRecord.js';
import { SeededRandom } from '../../../src/policies/SeededRandom.js';
import { sealed } from '../../../src/trace/file/traceSeal.js';
import { parseTrace } from '../../../src/trace/readTrace.js';
import { replayRun } from '../../../src/trace/replayRun.js';
import { oddRun } from './oddRun.js';

/** The issue asks for 10,000; the gate runs some of them. */
const DAMAGE_COUNT = process.env['HOTPIPE_FAULTS'] === 'long' ? 10_000 : 150;

function textOf({ header, records }: Trace): string {
  return [header, ...records].map((record) => `${JSON.stringify(record)}\n`).join('');
}

async function isTakenForTheSame(trace: Trace): Promise<boolean> {
  const outcome = await replayRun(trace).catch(() => undefined);
  return outcome !== undefined && outcome.divergence === null;
}

describe('a damaged trace', { timeout: 3_000_000 }, () => {
  const traces: Trace[] = [];
  beforeAll(async () => {
    for (let seed = 0; traces.length < 5; seed += 1) {
      const { trace, events } = await oddRun(seed);
      if (events.length > 15 && events.length < 60) traces.push(trace);
    }
  }, 3_000_000);

  const pick = (random: SeededRandom): Trace =>
    traces[random.below(traces.length)] ?? sealed({ k: '' }, []);

  it('is whole before it is damaged', async () => {
    for (const trace of traces) {
      const read = parseTrace(textOf(trace), 'run');
      expect(isRight(read) && (await isTakenForTheSame(read.right))).toBe(true);
    }
  });

  it('is never the same when bytes of its file are changed, cut or swapped', async () => {
    const random = new SeededRandom(1);
    for (let round = 0; round < DAMAGE_COUNT; round += 1) {
      const text = textOf(pick(random));
      const bytes = Buffer.from(text);
      const at = random.below(bytes.length);
      const lines = text.split('\n');
      const line = random.below(lines.length - 3) + 1;
      const damaged = [
        () => {
          bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
          return bytes.toString('utf8');
        },
        () => text.slice(0, at),
        () => lines.toSpliced(line, 1).join('\n'),
        () => lines.toSpliced(line, 2, lines[line + 1] ?? '', lines[line] ?? '').join('\n'),
        () => lines.toSpliced(line, 0, lines[line] ?? '').join('\n'),
      ][round % 5]?.();
      if (damaged === undefined || damaged === text) continue;
      const read = parseTrace(damaged, 'run');
      if (isRight(read)) expect(await isTakenForTheSame(read.right), `round ${round}`).toBe(false);
      else expect(read.left.message).not.toBe('');
    }
  });

  it('is never the same when somebody changes records and puts a new end to it', async () => {
    const random = new SeededRandom(2);
    let changedCount = 0;
    for (let round = 0; round < DAMAGE_COUNT / 4; round += 1) {
      const { header, records } = pick(random);
      const inner = records.slice(0, -1);
      // What comes after the last event may change without a difference that anybody could see.
      const last = inner.findLastIndex(({ k }) => k === 'ev');
      const timed = inner.flatMap(({ k, d }, at) =>
        k === 'fire' && d !== undefined && at < last ? [at] : [],
      );
      const at = timed[random.below(timed.length)];
      if (at === undefined) continue;
      const record = inner[at] ?? { k: '' };
      const changed: TraceRecord = { ...record, d: (record.d ?? 0) + 1 };
      changedCount += 1;
      const trace = sealed(header, inner.toSpliced(at, 1, changed));
      expect(await isTakenForTheSame(trace), `round ${round}`).toBe(false);
    }
    expect(changedCount).toBeGreaterThan(DAMAGE_COUNT / 8);
  });

  it('is told with its line', () => {
    const text = textOf(traces[0] ?? sealed({ k: '' }, []));
    const lines = text.split('\n');
    const read = parseTrace(lines.toSpliced(3, 1, '{"k":"nonsense"}').join('\n'), 'run.ndjson');
    expect(isLeft(read) && read.left).toEqual({
      _tag: 'TraceCorrupt',
      line: 4,
      message: 'run.ndjson, line 4: no record is of the kind "nonsense".',
    });
    const empty = parseTrace('', 'run.ndjson');
    expect(isLeft(empty) && empty.left._tag).toBe('TraceTruncated');
    const cut = parseTrace(`${lines.slice(0, 5).join('\n')}\n{"k":`, 'run.ndjson');
    expect(isRight(cut) && cut.right).toMatchObject({ isComplete: false });
    const polluted = parseTrace(
      lines.toSpliced(2, 1, '{"k":"in","__proto__":{}}').join('\n'),
      'run',
    );
    expect(isLeft(polluted) && polluted.left._tag).toBe('TraceCorrupt');
  });
});
