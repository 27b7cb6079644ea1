import { describe, expect, it } from 'vitest';
import { collectFacts, type RunFacts } from '../../../src/trace/model/RunFacts.js';
import { recordedOutcomes } from '../../../src/trace/model/recordedOutcomes.js';

const NOTHING = collectFacts(0).facts([]);

function factsOf(contents: readonly (readonly [plugin: string, content: number])[]): RunFacts {
  const attempts = contents.map(([plugin, content], tookMs) => ({
    plugin,
    content,
    afterMs: tookMs,
    tookMs,
    outcome: undefined,
    saves: [],
    answers: [],
  }));
  return { ...NOTHING, attempts };
}

describe('recordedOutcomes', () => {
  it('uses the attempts at a content in their order, then the last one again', () => {
    const outcomes = recordedOutcomes(
      factsOf([
        ['a', 1],
        ['b', 1],
        ['a', 1],
        ['a', 4],
      ]),
    );
    const next = (plugin: string, content: number) => {
      const found = outcomes.next(plugin, content);
      return [found?.attempt.tookMs, found?.isGuessed];
    };
    expect([next('a', 1), next('a', 1), next('a', 1)]).toEqual([
      [0, false],
      [2, false],
      [2, false],
    ]);
    expect([next('a', 3), next('a', 9), next('b', 1)]).toEqual([
      [3, true],
      [3, true],
      [1, false],
    ]);
    expect(outcomes.next('c', 1)).toBeUndefined();
    expect(outcomes.nextOther('unload', 'a')).toBeUndefined();
  });

  it('looks at each recorded attempt a few times, however many there are', () => {
    const facts = factsOf(Array.from({ length: 2_000 }, (_, content) => ['a', content]));
    let readCount = 0;
    const attempts = facts.attempts.map(
      (attempt) =>
        new Proxy(attempt, {
          get: (from, key) => {
            readCount += 1;
            return Reflect.get(from, key);
          },
        }),
    );
    const outcomes = recordedOutcomes({ ...facts, attempts });
    for (let content = 0; content < 2_000; content += 1) {
      expect(outcomes.next('a', content)?.isGuessed).toBe(false);
    }
    expect(readCount).toBeLessThan(2_000 * 20);
  });
});
