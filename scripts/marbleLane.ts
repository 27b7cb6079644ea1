import { TestScheduler } from 'rxjs/testing';
import type { MarbleLane } from '../src/trace/picture/lanesSvg.js';

/** Pale enough for a letter in it. A value has one colour in all lanes, and its letter for whoever sees no colour. */
const FILLS = ['#dbeafe', '#bbf7d0', '#fef9c3', '#fecaca', '#ddd6fe', '#fed7aa', '#cffafe'];

/**
 * A line of a marble diagram as a lane of a picture, with the times that TestScheduler gives it: a group is as many frames wide as it has
 * characters, and all in it happens at its first one.
 *
 * @param column - How many frames after the others it begins.
 * @returns Without an end of its own, the lane ends where its diagram does, and goes on.
 */
export function marbleLane(label: string, diagram: string, column = 0): MarbleLane {
  return inRunMode(() =>
    /^[-^!() ]*[\^!][-^!() ]*$/.test(diagram)
      ? subscriptionLane(label, diagram, column)
      : valueLane(label, diagram, column),
  );
}

/** A frame is a millisecond, as it is in `TestScheduler.run`. */
function inRunMode<A>(parse: () => A): A {
  const { frameTimeFactor } = TestScheduler;
  TestScheduler.frameTimeFactor = 1;
  try {
    return parse();
  } finally {
    TestScheduler.frameTimeFactor = frameTimeFactor;
  }
}

function valueLane(label: string, diagram: string, column: number): MarbleLane {
  const told = parsed(diagram);
  const end = told.find(({ notification }) => notification.kind !== 'N');
  const values = told.filter(({ notification }) => notification.kind === 'N');
  const endFrame = end?.frame ?? widthOf(diagram);
  const subscribed = diagram.trimStart().indexOf('^');
  return {
    label,
    fromAt: column - Math.max(0, subscribed),
    toAt: column + endFrame,
    ending: end === undefined ? 'goesOn' : end.notification.kind === 'C' ? 'completes' : 'fails',
    marbles: values.map(({ frame, notification }) => {
      const letter = notification.kind === 'N' ? String(notification.value) : '';
      const at = column + frame;
      return { at, letter, fill: fillOf(letter), title: `${letter} at ${at}` };
    }),
    ...(subscribed !== -1 && { subscriptions: [{ at: column, kind: 'subscribed' }] }),
  };
}

function subscriptionLane(label: string, diagram: string, column: number): MarbleLane {
  const { subscribedFrame, unsubscribedFrame } = TestScheduler.parseMarblesAsSubscriptions(
    diagram,
    true,
  );
  const isEnded = unsubscribedFrame !== Infinity;
  const fromAt = column + (subscribedFrame === Infinity ? 0 : subscribedFrame);
  const toAt = column + (isEnded ? unsubscribedFrame : widthOf(diagram.replace('^', '-')));
  return {
    ...{ label, fromAt, toAt, marbles: [] },
    ...(!isEnded && { ending: 'goesOn' }),
    subscriptions: [
      ...(subscribedFrame === Infinity ? [] : [{ at: fromAt, kind: 'subscribed' } as const]),
      ...(isEnded ? [{ at: toAt, kind: 'unsubscribed' } as const] : []),
    ],
  };
}

function parsed(diagram: string) {
  return TestScheduler.parseMarbles(diagram, undefined, undefined, false, true);
}

/** The frame after the last one, by the same rules: where a completion would be. */
function widthOf(diagram: string): number {
  return parsed(`${diagram}|`).at(-1)?.frame ?? 0;
}

function fillOf(letter: string): string {
  return FILLS[(letter.codePointAt(0) ?? 0) % FILLS.length] ?? '#ffffff';
}
