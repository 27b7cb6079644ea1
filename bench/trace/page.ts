/**
 * The dashboard's page in a real Chromium: from an event of the host to the picture that shows it, and how long one picture takes. Beside it, in the
 * same browser, an almost empty page that gets the same messages and draws a rectangle for each: what the browser alone needs.
 *
 *   npm run build && node --import tsx bench/trace/page.ts [events before] [events a second] [seconds] [dist,otherDist]
 */
import { statSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { Subject } from 'rxjs';
import type { ReloadEvent } from '../../dist/index.js';
import { median, quantile } from '../medians.ts';

const [beforeCount = 10_000, perSecond = 40, seconds = 15] = process.argv.slice(2, 5).map(Number);
const builds = (process.argv[5] ?? 'dist').split(',');
const PLUGINS_COUNT = 20;
const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) =>
  statSync(path, { throwIfNoEntry: false }),
);
if (executablePath === undefined) {
  console.log('no chromium is installed: nothing is measured');
  process.exit(0);
}

/** Time in ms that this process and the browser share. */
const nowMs = () => performance.timeOrigin + performance.now();

let index = 0;
/** One of the three events of a reload. */
function eventAt(atMs: number): ReloadEvent {
  const i = index++;
  const reload = Math.floor(i / 3);
  const plugin = `plugin-${reload % PLUGINS_COUNT}`;
  const number = Math.floor(reload / PLUGINS_COUNT);
  const stamp = { v: 1, i, atMs: Math.round(atMs), plugin } as const;
  if (i % 3 === 0) {
    const window = { windowMs: 25, change: number, firstAtMs: stamp.atMs - 30, count: 1 };
    return {
      ...stamp,
      ...{ _tag: 'ChangeDetected', paths: ['index.ts'], closedBy: 'quiet', ...window },
    };
  }
  if (i % 3 === 1) {
    return { ...stamp, _tag: 'ReloadStarted', attempt: 1, changes: [number] };
  }
  const versions = { from: number + 1, to: number + 2, stageMs: {}, changes: [number] };
  return { ...stamp, _tag: 'Reloaded', ...versions };
}

/**
 * Runs in the page: notes each picture, how many events it shows, when the newest of them came, how long it took to draw, and when it was
 * painted. Text, since a compiler adds to functions what the page does not have.
 */
const NOTE_FRAMES = `
window.notes = [];
window.arrivals = [];
const nowMs = () => performance.timeOrigin + performance.now();
EventSource.prototype.addEventListener = function (type, listener) {
  EventTarget.prototype.addEventListener.call(this, type, (event) => {
    if (type === 'message') window.arrivals.push(nowMs());
    listener.call(this, event);
  });
};
let seenCount = 0;
let startMs = 0;
// A message that is sent in a frame arrives when that frame was painted, whoever drew in it before or after.
const { port1, port2 } = new MessageChannel();
port1.onmessage = () => {
  const frames = window.hotpipeFrames;
  if (frames === undefined || frames.count === seenCount) return;
  seenCount = frames.count;
  window.notes.push({ events: frames.events, drawMs: frames.lastMs, startMs, atMs: nowMs() });
};
const note = () => {
  startMs = nowMs();
  port2.postMessage(undefined);
  requestAnimationFrame(note);
};
requestAnimationFrame(note);`;

/** The page that shows next to nothing. */
const EMPTY_PAGE = `<!doctype html><meta charset="utf-8"><canvas id="canvas" width="1000" height="900"></canvas><script>
const frames = { lastMs: 0, count: 0, events: 0 };
window.hotpipeFrames = frames;
const context = document.getElementById('canvas').getContext('2d');
let events = 0;
new EventSource('events').addEventListener('message', ({ data }) => { events += JSON.parse(data).length; });
const frame = () => {
  if (events !== frames.events) {
    const startMs = performance.now();
    context.fillRect(events % 1000, 10, 4, 4);
    frames.lastMs = performance.now() - startMs;
    frames.count += 1;
    frames.events = events;
  }
  requestAnimationFrame(frame);
};
requestAnimationFrame(frame);
</script>`;

interface Note {
  readonly events: number;
  readonly drawMs: number;
  readonly startMs: number;
  readonly atMs: number;
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
await measureEmpty();
for (const build of builds) await measureDashboard(build);
await browser.close();

async function measureDashboard(build: string): Promise<void> {
  const { dashboard }: typeof import('../../dist/dashboard/index.js') = await import(
    resolve(build, 'dashboard/index.js')
  );
  index = 0;
  const events$ = new Subject<ReloadEvent>();
  const board = dashboard(events$, { count: beforeCount + perSecond * seconds });
  const server = await board.listen();
  const startMs = nowMs() - 50_000;
  for (let at = 0; at < beforeCount; at += 1) {
    events$.next(eventAt(startMs + (at / beforeCount) * 49_000));
  }
  await measure(`the dashboard of ${build}`, server.url, beforeCount, (event) =>
    events$.next(event),
  );
  await board.close();
  await server.close();
}

async function measureEmpty(): Promise<void> {
  let reader: ServerResponse | undefined;
  const server = createServer(({ url }, response) => {
    const isStream = url === '/events';
    response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'text/html' });
    if (isStream) reader = response.once('close', () => (reader = undefined));
    else response.end(EMPTY_PAGE);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const send = (event: ReloadEvent) => reader?.write(`data: ${JSON.stringify([event])}\n\n`);
  await measure('an empty page', `http://127.0.0.1:${port}/`, 0, send);
  server.closeAllConnections();
  server.close();
}

/** Emits events at the rate, and prints how long each took to be seen. */
async function measure(
  name: string,
  url: string,
  shownBefore: number,
  emit: (event: ReloadEvent) => void,
): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1_400, height: 1_100 } });
  await page.addInitScript({ content: NOTE_FRAMES });
  await page.goto(url);
  /** The page's policy lets no text be evaluated in it, so that it is asked again and again. */
  const untilShown = async (count: number): Promise<void> => {
    while (!(await page.evaluate(`window.hotpipeFrames?.events >= ${count}`))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await untilShown(shownBefore);
  // All of them in one view.
  if (shownBefore > 0) await page.locator('#out').click();
  await new Promise((resolve) => setTimeout(resolve, 1_000));

  /** When each event was emitted, by how many there were with it. */
  const emittedAtMs = new Map<number, number>();
  const arrivedBefore: number = await page.evaluate('window.arrivals.length');
  for (let at = 0; at < perSecond * seconds; at += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1_000 / perSecond));
    const atMs = nowMs();
    emittedAtMs.set(shownBefore + at + 1, atMs);
    emit(eventAt(atMs));
  }
  await untilShown(shownBefore + perSecond * seconds);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const notes: readonly Note[] = await page.evaluate('window.notes');
  const arrivals: readonly number[] = await page.evaluate('window.arrivals');
  await page.close();

  console.log(`${name}, ${shownBefore} events before, then ${perSecond} a second:`);
  // One message an event: the reader is never behind by more than its frame.
  const stages = [...emittedAtMs].map(([count, atMs], index) => {
    const shown = notes.find(({ events }) => events >= count);
    const arrivedMs = arrivals[arrivedBefore + index] ?? Number.NaN;
    const { startMs = Number.NaN, atMs: paintedMs = Number.NaN } = shown ?? {};
    return {
      ...{ way: arrivedMs - atMs, wait: startMs - arrivedMs, frame: paintedMs - startMs },
      whole: paintedMs - atMs,
    };
  });
  const of = (stage: keyof (typeof stages)[number]) => stages.map((times) => times[stage]);
  told('event to pixel', of('whole'));
  told('  to the page', of('way'));
  told('  until its next frame', of('wait'));
  told('  that frame, painted', of('frame'));
  const since = notes.filter(({ events }) => events > shownBefore);
  told(
    '  of it, drawing',
    since.map(({ drawMs }) => drawMs),
  );
}

function told(name: string, values: readonly number[]): void {
  const [p50, p99] = [median(values), quantile(values, 0.99)];
  const longest = Math.max(...values);
  console.log(
    `${name.padEnd(24)} p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${longest.toFixed(1)} ms (${values.length})`,
  );
}
