import fc from 'fast-check';
import { map, materialize } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { marbleLane } from '../../../scripts/marbleLane.js';

/** What a marble test sees of a diagram: the moment of each value, and of the end. */
function seenBy(diagram: string, isHot: boolean): readonly string[] {
  const seen: string[] = [];
  const scheduler = new TestScheduler(() => undefined);
  scheduler.run(({ hot, cold, flush }) => {
    const source$ = isHot ? hot(diagram) : cold(diagram);
    source$
      .pipe(
        materialize(),
        map((told) => `${told.kind === 'N' ? told.value : told.kind} at ${scheduler.now()}`),
      )
      .subscribe((text) => seen.push(text));
    flush();
  });
  return seen;
}

/** The same, as the lane has it. */
function drawn(diagram: string): readonly string[] {
  const { marbles, ending, toAt } = marbleLane('lane', diagram);
  const end = ending === 'completes' ? 'C' : ending === 'fails' ? 'E' : undefined;
  return [
    ...marbles.map(({ letter, at }) => `${letter} at ${at}`),
    ...(end === undefined ? [] : [`${end} at ${toAt}`]),
  ];
}

const letters = fc.array(fc.constantFrom(...'abcxyzA'), { minLength: 1, maxLength: 4 });
const parts = fc.array(
  fc.oneof(
    fc.constantFrom('-', '--', 'a', 'b', '7'),
    fc.nat(30).map((ms) => ` ${ms}ms `),
    letters.map((all) => `(${all.join('')})`),
  ),
  { maxLength: 10 },
);
const ends = fc.oneof(
  fc.constantFrom('', '|', '#', '---'),
  letters.chain((all) => fc.constantFrom(`(${all.join('')}|)`, `(${all.join('')}#)`)),
);

describe('marbleLane', () => {
  it('has each value and the end when a marble test has it', () => {
    fc.assert(
      fc.property(parts, ends, (all, end) => {
        const diagram = `${all.join('')}${end}`;
        expect(drawn(diagram)).toEqual(seenBy(diagram, false));
      }),
    );
  });

  it('has the values of a hot source from its subscription on, and before it at negative times', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[-a-f]{0,6}$/), parts, ends, (before, all, end) => {
        const diagram = `${before}^${all.join('')}${end}`;
        // With neither a value nor an end it could as well be a subscription.
        fc.pre(/[a-z0-9|#]/i.test(diagram.replace(/\d+ms/g, '')));
        const { marbles, fromAt, subscriptions } = marbleLane('hot', diagram);
        expect(drawn(diagram)).toEqual(seenBy(diagram, true));
        expect(marbles.filter(({ at }) => at < 0)).toHaveLength(before.replaceAll('-', '').length);
        expect(fromAt).toBe(0 - before.length);
        expect(subscriptions).toEqual([{ at: 0, kind: 'subscribed' }]);
      }),
    );
  });

  it('takes a group for several frames, and a lane without an end to its last frame', () => {
    const { marbles, toAt, ending } = marbleLane('lane', '-(ab)c--');
    expect(marbles.map(({ letter, at }) => [letter, at])).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 5],
    ]);
    expect([toAt, ending]).toEqual([8, 'goesOn']);
  });

  it('begins a lane in its column, with all its times', () => {
    expect(marbleLane('run', 'v|', 4)).toMatchObject({
      ...{ fromAt: 4, toAt: 5, ending: 'completes' },
      marbles: [{ at: 4, title: 'v at 4' }],
    });
  });

  it('draws the marks of a subscription, from the one to the other', () => {
    expect(marbleLane('subs', '--^---!')).toEqual({
      ...{ label: 'subs', fromAt: 2, toAt: 6, marbles: [] },
      subscriptions: [
        { at: 2, kind: 'subscribed' },
        { at: 6, kind: 'unsubscribed' },
      ],
    });
    expect(marbleLane('subs', '-(^!)', 1)).toMatchObject({ fromAt: 2, toAt: 2 });
    expect(marbleLane('subs', '-^---')).toMatchObject({
      ...{ fromAt: 1, toAt: 5, ending: 'goesOn', subscriptions: [{ at: 1, kind: 'subscribed' }] },
    });
  });

  it('leaves the frames of other tests as they are', () => {
    const { frameTimeFactor } = TestScheduler;
    marbleLane('lane', '-a|');
    expect(() => marbleLane('lane', '-^!^')).toThrow('second subscription point');
    expect(TestScheduler.frameTimeFactor).toBe(frameTimeFactor);
  });
});
