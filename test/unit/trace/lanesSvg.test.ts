import { describe, expect, it } from 'vitest';
import { marbleLane } from '../../../scripts/marbleLane.js';
import { lanesSvg, type MarbleLane } from '../../../src/trace/picture/lanesSvg.js';

/** Twenty pixels a millisecond, from pixel 116 on. */
function draw(lanes: readonly MarbleLane[], more: { readonly ticks?: readonly number[] } = {}) {
  const last = lanes.reduce((most, { toAt }) => Math.max(most, toAt), 0);
  return lanesSvg({ title: 'picture', lanes, labelPx: 100, widthPx: 132 + 20 * last, ...more });
}

const circles = (svg: string) =>
  [...svg.matchAll(/<title>([^<]*)<\/title><circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(
    ([, title, x, y]) => ({ title, x: Number(x), y: Number(y) }),
  );
/** The point where the path with a title begins. */
const pathOf = (svg: string, title: string) => {
  const [, x, y] =
    new RegExp(`<title>${title}</title><path d="M(-?[\\d.]+) (-?[\\d.]+)`).exec(svg) ?? [];
  return { x: Number(x), y: Number(y) };
};
const heightOf = (svg: string) => Number(/ height="([\d.]+)"/.exec(svg)?.[1]);

describe('lanesSvg', () => {
  it('puts each marble at its time, on the line of its lane', () => {
    const svg = draw([marbleLane('source', '-a-b|'), marbleLane('result', '--a-b|')]);
    expect(circles(svg)).toEqual([
      { title: 'a at 1', x: 136, y: 49 },
      { title: 'b at 3', x: 176, y: 49 },
      { title: 'a at 2', x: 156, y: 79 },
      { title: 'b at 4', x: 196, y: 79 },
    ]);
    expect(
      [...svg.matchAll(/<line x1="116" y1="(\d+)" x2="(\d+)"/g)].map(([, y, x]) => [y, x]),
    ).toEqual([
      ['49', '196'],
      ['79', '216'],
    ]);
  });

  it('puts values of one moment below each other in their order, and makes room for them', () => {
    const svg = draw([marbleLane('group', '-(abc)d'), marbleLane('below', '-x')]);
    expect(circles(svg).map(({ x, y }) => [x, y])).toEqual([
      [136, 49],
      [136, 65],
      [136, 81],
      [236, 49],
      [136, 111],
    ]);
    expect(heightOf(svg)).toBe(34 + 30 + 2 * 16 + 30);
  });

  it('keeps many values of one moment in a few places', () => {
    const svg = draw([marbleLane('group', `(${'a'.repeat(50)})`)]);
    expect(circles(svg)).toHaveLength(50);
    expect(new Set(circles(svg).map(({ y }) => y)).size).toBe(4);
    expect(heightOf(svg)).toBe(34 + 30 + 3 * 16);
  });

  it('shows a completion beside the value of its moment: longer than the marble', () => {
    const svg = draw([marbleLane('group', '-(a|)')]);
    expect(pathOf(svg, 'completes at 1')).toEqual({ x: 136, y: 49 - 12 });
    expect(circles(svg)).toEqual([{ title: 'a at 1', x: 136, y: 49 }]);
  });

  it('puts an error below the value of its moment, and alone on the line', () => {
    const corner = ({ x, y }: { x: number; y: number }) => ({ x: x - 7, y: y - 7 });
    expect(pathOf(draw([marbleLane('group', '-(a#)')]), 'fails at 1')).toEqual(
      corner({ x: 136, y: 65 }),
    );
    expect(pathOf(draw([marbleLane('alone', '-a#')]), 'fails at 2')).toEqual(
      corner({ x: 156, y: 49 }),
    );
  });

  it('draws the tip of an arrow only where a lane goes on', () => {
    const tips = (svg: string) => svg.match(/<path [^>]*fill="none"/g)?.length ?? 0;
    expect(tips(draw([marbleLane('on', '-a--'), marbleLane('ended', '-a-|')]))).toBe(1);
  });

  it('draws where something subscribed and unsubscribed, and values before a subscription', () => {
    const svg = draw([marbleLane('subs', '--^--!')]);
    expect(pathOf(svg, 'subscribed at 2').x).toBeLessThan(pathOf(svg, 'unsubscribed at 5').x);
    const hot = draw([marbleLane('hot', 'a-^b|')]);
    const [before, after] = circles(hot);
    expect(before?.x).toBe(116);
    expect(before?.x).toBeLessThan(pathOf(hot, 'subscribed at 0').x);
    expect(after?.x).toBeGreaterThan(pathOf(hot, 'subscribed at 0').x);
  });

  it('names the times of an axis where they are', () => {
    const svg = draw([marbleLane('source', '-----a----|')], { ticks: [0, 5, 10] });
    expect(
      [...svg.matchAll(/<text x="(\d+)" [^>]*font-size="9" fill="#374151">(\d+)</g)].map(
        ([, x, at]) => [x, at],
      ),
    ).toEqual([
      ['116', '0'],
      ['216', '5'],
      ['316', '10'],
    ]);
  });

  it('keeps hostile labels, letters and titles as text', () => {
    const evil = '<script>"&\u0000';
    const marble = { at: 0, letter: evil, fill: '#ffffff', title: evil };
    const svg = lanesSvg({
      ...{ title: evil, notes: [evil], labelPx: 200, widthPx: 400 },
      lanes: [{ label: evil, marbles: [marble], fromAt: 0, toAt: 1 }],
    });
    expect(svg).not.toMatch(/<script|\u0000|href|on\w+=/);
    expect(svg.match(/&#60;script&#62;&#34;&#38;/g)).toHaveLength(6);
  });
});
