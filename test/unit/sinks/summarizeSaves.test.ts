import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReloadEvent, ReloadFact } from '../../../src/model/reload/ReloadEvent.js';
import { colors } from '../../../src/sinks/terminal/colors.js';
import { fitFrame, wrapWords } from '../../../src/sinks/terminal/fitText.js';
import { summarizeSaves } from '../../../src/sinks/terminal/summarizeSaves.js';

const summary = (columns = 100) =>
  summarizeSaves({ colors: colors(false), columns: () => columns });
const event = (fact: ReloadFact, plugin = 'counter', i = 0): ReloadEvent => ({
  v: 1,
  i,
  atMs: 0,
  plugin,
  ...fact,
});
const withoutTime = (lines: readonly string[]) =>
  lines.map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''));
const failure = (message: string, frame?: string) =>
  ({
    _tag: 'ReloadFailed',
    error: {
      _tag: 'CompilationFailed',
      plugin: 'counter',
      message,
      ...(frame !== undefined && { frame }),
    },
    stillServing: 1,
    willRetry: false,
  }) as ReloadFact;
const save: readonly ReloadFact[] = [
  { _tag: 'ChangeDetected', paths: ['counter/index.ts'], windowMs: 20 },
  { _tag: 'ReloadStarted', attempt: 1 },
  { _tag: 'StateSaved', bytes: 3, sha256: 'a'.repeat(64) },
  { _tag: 'StateRestored', bytes: 3, sha256: 'a'.repeat(64) },
  { _tag: 'Reloaded', from: 1, to: 2, stageMs: { compile: 1.5, load: 2.4 } },
];

describe('what a save did', () => {
  it('is told once where it is retried, and in a short line when no retry is left', () => {
    const shown = summary();
    const failed = (willRetry: boolean) =>
      event({ ...failure('index.ts:1:1: boom', '> 1 | boom'), willRetry } as ReloadFact);
    const started = (attempt: number) => event({ _tag: 'ReloadStarted', attempt });
    const story = [started(1), failed(true), started(2), failed(true), started(3), failed(false)];

    expect(withoutTime(story.flatMap((each) => shown.next(each)))).toEqual([
      'counter failed: index.ts:1:1: boom. v1 still serves, it will be retried.',
      '    > 1 | boom',
      'counter fails as before (3 times). v1 still serves.',
    ]);
  });

  it('says that a failure is mended when the files are again those that serve', () => {
    const shown = summary();
    const same = event({ _tag: 'Unchanged' } as ReloadFact);
    const story = [event(failure('index.ts:1:1: boom')), same, same];

    expect(withoutTime(story.flatMap((each) => shown.next(each)))).toEqual([
      'counter failed: index.ts:1:1: boom. v1 still serves.',
      'counter mended: what is on disk serves',
      'counter the same bytes, nothing to do',
    ]);
  });

  it('is one line', () => {
    const shown = summary();
    expect(withoutTime(save.flatMap((fact) => shown.next(event(fact))))).toEqual([
      'counter v1 → v2 in 3.9 ms, state kept',
    ]);
  });

  it('says that the state was kept only where one was', () => {
    const shown = summary();
    const facts = save.filter(({ _tag }) => !_tag.startsWith('State'));
    for (const fact of save) shown.next(event(fact));
    expect(withoutTime(facts.flatMap((fact) => shown.next(event(fact))))).toEqual([
      'counter v1 → v2 in 3.9 ms',
    ]);
  });

  it('is one line per plugin, for thirty at once', () => {
    const shown = summary();
    const plugins = Array.from({ length: 30 }, (_, index) => `p${index}`);
    const lines = save.flatMap((fact) => plugins.flatMap((name) => shown.next(event(fact, name))));
    expect(lines).toHaveLength(30);
  });

  it('shows a failure with its frame, and the same failure of a new save in one line', () => {
    const shown = summary();
    const started = event({ _tag: 'ReloadStarted', attempt: 1 });
    const retried = event({ _tag: 'ReloadStarted', attempt: 2 });
    const failed = event(
      failure('index.ts:1:9: Unexpected token', '> 1 | const = 1\n    |       ^'),
    );
    const lines = [started, failed, retried, failed, started, failed].flatMap((each) =>
      shown.next(each),
    );
    expect(withoutTime(lines)).toEqual([
      'counter failed: index.ts:1:9: Unexpected token. v1 still serves.',
      '    > 1 | const = 1',
      '        |       ^',
      'counter fails as before (3 times)',
    ]);
    expect(withoutTime(save.flatMap((fact) => shown.next(event(fact))))).toEqual([
      'counter v1 → v2 in 3.9 ms, state kept (after 3 failures)',
    ]);
    expect(withoutTime(save.flatMap((fact) => shown.next(event(fact))))).toEqual([
      'counter v1 → v2 in 3.9 ms, state kept',
    ]);
  });

  it('shows another failure whole, and so the first one again', () => {
    const shown = summary();
    const lines = ['one', 'two', 'one'].flatMap((text) => shown.next(event(failure(text))));
    expect(withoutTime(lines)).toEqual(
      ['one', 'two', 'one'].map((text) => `counter failed: ${text}. v1 still serves.`),
    );
  });

  it('counts the plugins of the first load, and those that come later have a line each', () => {
    const shown = summary();
    const loaded = (plugin: string) => shown.next(event({ _tag: 'Loaded', version: 1 }, plugin));
    expect(['a', 'b'].flatMap(loaded)).toEqual([]);
    shown.next(event(failure('broken'), 'c'));
    expect(withoutTime(shown.firstLoadEnded(0))).toEqual(['2 plugins serve, 1 failed']);
    expect(shown.firstLoadEnded(0)).toEqual([]);
    expect(withoutTime(loaded('d'))).toEqual(['d v1 serves']);
  });

  it('cannot be used by a plugin to control the terminal', () => {
    const lines = summary().next(event(failure('\u001b[31mred', '\u001b[2J'), 'a\u202eb'));
    expect(lines.join('')).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('lines that do not fit', () => {
  const word = fc.string({
    minLength: 1,
    maxLength: 12,
    unit: fc.constantFrom('a', 'b', '/', '.'),
  });

  it('are broken between words only, and nothing is lost', () => {
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1 }),
        fc.integer({ min: 1, max: 60 }),
        (words, columns) => {
          const lines = wrapWords(words.join(' '), columns);
          expect(lines.join(' ')).toBe(words.join(' '));
          for (const line of lines) {
            expect(line.length <= columns || !line.includes(' ')).toBe(true);
          }
        },
      ),
    );
  });

  it('of a frame are cut so that the mark stays under its column', () => {
    const character = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz');
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 140, unit: character }),
        fc.nat(139),
        fc.integer({ min: 20, max: 150 }),
        (code, at, columns) => {
          const column = at % code.length;
          const frame = `> 10 | ${code}\n     | ${' '.repeat(column)}^`;
          const [shown = '', mark = ''] = fitFrame(frame, columns);
          expect(shown.length).toBeLessThanOrEqual(columns);
          expect(shown[mark.indexOf('^')]).toBe(code[column]);
        },
      ),
    );
  });

  it('fit 40 columns: no line is longer, but for a word that is', () => {
    const shown = summary(40);
    const message =
      'plugins/counter/index.ts:1:9: Unexpected token. Did you mean something else here';
    const lines = shown.next(
      event(failure(message, `> 1 | ${'x'.repeat(100)}\n    | ${' '.repeat(80)}^`)),
    );
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
  });
});
