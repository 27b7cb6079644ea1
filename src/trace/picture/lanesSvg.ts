const LANE_PX = 30;
const HEADER_PX = 34;
const NOTE_PX = 16;
const AXIS_PX = 24;
const PADDING_PX = 16;
const MARBLE_PX = 7;
/** From one marble to the next one of the same moment, which is drawn below it. */
const STACK_PX = 16;
/** Marbles of one moment that have a place of their own; more lie on the last one. */
const MAX_STACKED = 4;
const BAR_PX = 12;
const INK = '#374151';
const DARK = '#111827';
const FAINT = '#9ca3af';

/** A value in a lane. */
export interface Marble {
  readonly at: number;
  /** A letter or a sign, to be read inside the marble. */
  readonly letter: string;
  readonly fill: string;
  /** Shown when the pointer is on it. */
  readonly title: string;
}

/** One line of a picture, and what lies on it. */
export interface MarbleLane {
  readonly label: string;
  /** In the order in which they came. */
  readonly marbles: readonly Marble[];
  /** Where the line begins. */
  readonly fromAt: number;
  /** Where the line ends. */
  readonly toAt: number;
  /** What stands at the end of the line: a bar, a cross, or the tip of an arrow. Left out: nothing. */
  readonly ending?: 'completes' | 'fails' | 'goesOn';
  /** Where something subscribed to it (a triangle), and where it was unsubscribed from (a bar with a dot). */
  readonly subscriptions?: readonly {
    readonly at: number;
    readonly kind: 'subscribed' | 'unsubscribed';
  }[];
}

/** What is drawn. Times have any unit: the picture is as wide as all of them. */
export interface LanesPicture {
  readonly title: string;
  /** Lines of text under the title. */
  readonly notes?: readonly string[];
  readonly lanes: readonly MarbleLane[];
  readonly widthPx: number;
  /** Room for the labels, left of the lanes. */
  readonly labelPx: number;
  /** Times that an axis names. Left out: there is no axis. */
  readonly ticks?: readonly number[];
}

/**
 * Draws lanes of marbles: a line each, time from left to right. Each kind of thing has its own shape, so that no colour is needed. Marbles of
 * one moment are drawn below each other, the first one on the line. The picture is one SVG text without scripts or links.
 */
export function lanesSvg(picture: LanesPicture): string {
  const { title, notes = [], lanes, widthPx, labelPx, ticks = [] } = picture;
  const times = lanes.flatMap(({ fromAt, toAt }) => [fromAt, toAt]).concat(ticks);
  const first = times.reduce((least, at) => Math.min(least, at), Infinity);
  const last = times.reduce((most, at) => Math.max(most, at), -Infinity);
  const innerPx = widthPx - labelPx - 2 * PADDING_PX;
  const xOf = (at: number): number =>
    round(labelPx + PADDING_PX + ((at - first) / Math.max(1, last - first)) * innerPx);
  const topPx = HEADER_PX + notes.length * NOTE_PX;
  const tops = topsOf(lanes, topPx);
  const bottomPx = tops.at(-1) ?? topPx;
  const heightPx = Math.max(bottomPx, topPx + LANE_PX) + (ticks.length > 0 ? AXIS_PX : 0);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}" role="img" font-family="ui-monospace, monospace" font-size="11">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...[title, ...notes].map(
      (text, at) =>
        `<text x="${PADDING_PX}" y="${16 + at * NOTE_PX}" fill="${INK}">${escapeXml(text)}</text>`,
    ),
    ...ticks.map((at) => tick(at, xOf(at), topPx, bottomPx)),
    ...lanes.flatMap((lane, at) => [
      `<text x="${PADDING_PX}" y="${(tops[at] ?? 0) + LANE_PX / 2 + 4}" fill="${DARK}">${escapeXml(cut(lane.label, labelPx))}</text>`,
      ...laneParts(lane, (tops[at] ?? 0) + LANE_PX / 2, xOf),
    ]),
    '</svg>',
  ].join('\n');
}

/** Where each lane begins, and below them the end of the last one. */
function topsOf(lanes: readonly MarbleLane[], topPx: number): readonly number[] {
  const tops = [topPx];
  for (const lane of lanes) {
    const most = placesOf(lane).reduce((depth, { place }) => Math.max(depth, place), 0);
    tops.push((tops.at(-1) ?? topPx) + LANE_PX + most * STACK_PX);
  }
  return tops;
}

/** What lies on a lane, each with its place: 0 is on the line, 1 below it. A failure comes after the values of its moment. */
function placesOf({ marbles, ending, toAt }: MarbleLane): readonly {
  readonly marble: Marble | 'cross';
  readonly at: number;
  readonly place: number;
}[] {
  const counts = new Map<number, number>();
  const place = (at: number): number => {
    const count = counts.get(at) ?? 0;
    counts.set(at, count + 1);
    return Math.min(count, MAX_STACKED - 1);
  };
  return [
    ...marbles.map((marble) => ({ marble, at: marble.at, place: place(marble.at) })),
    ...(ending === 'fails' ? [{ marble: 'cross', at: toAt, place: place(toAt) } as const] : []),
  ];
}

function laneParts(lane: MarbleLane, y: number, xOf: (at: number) => number): readonly string[] {
  const { fromAt, toAt, ending, subscriptions = [] } = lane;
  const [from, to] = [xOf(fromAt), xOf(toAt)];
  const places = placesOf(lane);
  const lowest = new Map<number, number>();
  for (const { at, place } of places) lowest.set(at, Math.max(place, lowest.get(at) ?? 0));
  return [
    `<line x1="${from}" y1="${y}" x2="${to}" y2="${y}" stroke="${FAINT}"/>`,
    ...(ending === 'goesOn' ? [arrow(to, y)] : []),
    ...(ending === 'completes' ? [bar(toAt, to, y, lowest.get(toAt) ?? 0)] : []),
    ...[...lowest]
      .filter(([, depth]) => depth > 0)
      .map(([at, depth]) => `<path d="M${xOf(at)} ${y}v${depth * STACK_PX}" stroke="${FAINT}"/>`),
    ...places.map(({ marble, at, place }) =>
      marble === 'cross'
        ? cross(at, xOf(at), y + place * STACK_PX)
        : drawn(marble, xOf(at), y + place * STACK_PX),
    ),
    ...subscriptions.map(({ at, kind }) => subscription(kind, at, xOf(at), y)),
  ];
}

function drawn({ letter, fill, title }: Marble, x: number, y: number): string {
  return `<g><title>${escapeXml(title)}</title><circle cx="${x}" cy="${y}" r="${MARBLE_PX}" fill="${fill}" stroke="${INK}"/><text x="${x}" y="${y + 3.5}" text-anchor="middle" font-size="9" fill="${DARK}">${escapeXml(letter)}</text></g>`;
}

/** Longer than a marble, so that it is seen beside the values of its moment. */
function bar(at: number, x: number, y: number, depth: number): string {
  return `<g><title>completes at ${at}</title><path d="M${x} ${y - BAR_PX}v${2 * BAR_PX + depth * STACK_PX}" stroke="${DARK}" stroke-width="2"/></g>`;
}

function cross(at: number, x: number, y: number): string {
  return `<g><title>fails at ${at}</title><path d="M${x - MARBLE_PX} ${y - MARBLE_PX}l${2 * MARBLE_PX} ${2 * MARBLE_PX}m0 ${-2 * MARBLE_PX}l${-2 * MARBLE_PX} ${2 * MARBLE_PX}" stroke="#b91c1c" stroke-width="2.5"/></g>`;
}

function arrow(x: number, y: number): string {
  return `<path d="M${x - 5} ${y - 4}l6 4l-6 4" fill="none" stroke="${FAINT}"/>`;
}

function subscription(
  kind: 'subscribed' | 'unsubscribed',
  at: number,
  x: number,
  y: number,
): string {
  const shape =
    kind === 'subscribed'
      ? `<path d="M${x} ${y - MARBLE_PX}l6 ${MARBLE_PX + 5}h-12z" fill="#ffffff" stroke="${DARK}"/>`
      : `<path d="M${x} ${y - BAR_PX}v${2 * BAR_PX - 7}m0 3v3" stroke="${DARK}" stroke-width="2.5"/>`;
  return `<g><title>${kind} at ${at}</title>${shape}</g>`;
}

function tick(at: number, x: number, topPx: number, bottomPx: number): string {
  return `<path d="M${x} ${topPx}V${bottomPx}" stroke="#e5e7eb"/><text x="${x}" y="${bottomPx + 14}" text-anchor="middle" font-size="9" fill="${INK}">${at}</text>`;
}

function cut(name: string, widthPx: number): string {
  const count = Math.max(4, Math.floor((widthPx - PADDING_PX) / 7));
  // By characters: one that takes two units of UTF-16 is not cut in half.
  const characters = Array.from(name);
  return characters.length > count ? `${characters.slice(0, count - 1).join('')}…` : name;
}

function round(px: number): number {
  return Math.round(px * 10) / 10;
}

/** Characters that XML gives a meaning or does not allow. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '�')
    .replace(/[&<>"']/gu, (character) => `&#${character.charCodeAt(0)};`);
}
