import { describe, expect, it } from 'vitest';
import { presets } from '../../../src/index.js';
import type { FakeReload } from '../../../src/testing/index.js';
import { type Attempt, savePlugin } from './savedPlugin.js';

const LEAST_MS = presets.development.debounce?.minMs ?? Number.NaN;
const TYPO: FakeReload = { fails: { _tag: 'CompilationFailed', message: 'unexpected token' } };

/** Every other save mends the one before it. */
const brokenThenFixed = ({ content }: Attempt): FakeReload => (content % 2 === 1 ? TYPO : {});

/** How long each save waited for the attempt that read it. */
function waitsOf(savesAtMs: readonly number[]): readonly number[] {
  const { attempts } = savePlugin(savesAtMs, brokenThenFixed, {
    ...presets.development,
    untilMs: 120_000,
  });
  return savesAtMs.map((atMs, at) => {
    const first = attempts.find(({ content }) => content >= at + 1);
    return first?.content === at + 1 ? first.atMs - atMs : Infinity;
  });
}

/** Times from gaps, a few seconds after the start. */
function paced(gapsMs: readonly number[]): readonly number[] {
  let atMs = 5_000;
  return [atMs, ...gapsMs.map((gapMs) => (atMs += gapMs))];
}

/** One save that a formatter and a linter write again, soon after one another: what teaches the window that it is too short. */
const REWRITTEN = [50, 180];

describe('development, for a person who saves broken and fixed files', () => {
  it.each([300, 400, 450])('does not let the window climb: %i ms apart', (gapMs) => {
    const steady = Array<number>(20).fill(gapMs);
    const waits = waitsOf(paced([...REWRITTEN, ...steady])).slice(-steady.length);

    // Each save is tried on its own, and not much later than the first one.
    expect(Math.max(...waits)).toBeLessThanOrEqual(100);
  });

  it.each([1_100, 2_500])('waits no more than the least window: %i ms apart', (gapMs) => {
    const before = Array<number>(8).fill(400);
    const after = Array<number>(8).fill(gapMs);
    const waits = waitsOf(paced([...REWRITTEN, ...before, ...after])).slice(-after.length);

    expect(Math.max(...waits)).toBeLessThanOrEqual(LEAST_MS);
  });

  it('nor with gaps as people make them', () => {
    const gapsMs = [
      ...REWRITTEN,
      ...[400, 400, 1_300, 350, 2_100, 500, 300, 900, 1_200, 3_000, 400, 600, 1_100, 450],
    ];
    const waits = waitsOf(paced(gapsMs));
    const calm = waits.filter((_, at) => at > 0 && (gapsMs[at - 1] ?? 0) > 1_000);

    expect(Math.max(...calm)).toBeLessThanOrEqual(LEAST_MS);
  });
});
