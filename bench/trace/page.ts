/**
 * The dashboard's page in a real Chromium: from an event of the host to the picture that shows it, and how long one picture takes.
 *
 *   npm run build && node --import tsx bench/trace/page.ts [events before] [events a second] [seconds]
 */
import { statSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { Subject } from 'rxjs';
import { dashboard } from '../../dist/dashboard/index.js';
import type { ReloadEvent } from '../../dist/index.js';
import { median, quantile } from '../medians.ts';

const [beforeCount = 10_000, perSecond = 40, seconds = 15] = process.argv.slice(2).map(Number);
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
 * Runs in the page: notes each picture, how many events it shows, how long it took to draw, and when it was painted. Text, since a compiler adds
 * to functions what the page does not have.
 */
const NOTE_FRAMES = `
window.notes = [];
let seenCount = 0;
const note = () => {
  const frames = window.hotpipeFrames;
  if (frames !== undefined && frames.count !== seenCount) {
    seenCount = frames.count;
    const { events, lastMs: drawMs } = frames;
    // A message that is sent in a frame arrives when that frame was painted.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      window.notes.push({ events, drawMs, atMs: performance.timeOrigin + performance.now() });
    };
    port2.postMessage(undefined);
  }
  requestAnimationFrame(note);
};
requestAnimationFrame(note);`;

const events$ = new Subject<ReloadEvent>();
const board = dashboard(events$, { count: beforeCount + perSecond * seconds });
const server = await board.listen();
const startMs = nowMs() - 50_000;
for (let at = 0; at < beforeCount; at += 1) {
  events$.next(eventAt(startMs + (at / beforeCount) * 49_000));
}
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1_400, height: 1_100 } });
await page.addInitScript({ content: NOTE_FRAMES });
await page.goto(server.url);
await untilShown(beforeCount);
/** The page's policy lets no text be evaluated in it, so that it is asked again and again. */
async function untilShown(count: number): Promise<void> {
  while (!(await page.evaluate(`window.hotpipeFrames?.events >= ${count}`))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
// All of them in one view.
await page.locator('#out').click();

/** When each event was emitted, by how many there were with it. */
const emittedAtMs = new Map<number, number>();
for (let at = 0; at < perSecond * seconds; at += 1) {
  await new Promise((resolve) => setTimeout(resolve, 1_000 / perSecond));
  const atMs = nowMs();
  emittedAtMs.set(beforeCount + at + 1, atMs);
  events$.next(eventAt(atMs));
}
await untilShown(index);
await new Promise((resolve) => setTimeout(resolve, 200));
const notes: { events: number; drawMs: number; atMs: number }[] =
  await page.evaluate('window.notes');
await browser.close();
await board.close();
await server.close();

const pixelMs = [...emittedAtMs].map(([count, atMs]) => {
  const shown = notes.find(({ events }) => events >= count);
  return (shown?.atMs ?? Number.NaN) - atMs;
});
const drawMs = notes.filter(({ events }) => events > beforeCount).map((note) => note.drawMs);
const told = (name: string, values: readonly number[]) => {
  const [p50, p99] = [median(values), quantile(values, 0.99)];
  console.log(
    `${name}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${Math.max(...values).toFixed(1)} ms (${values.length})`,
  );
};
console.log(`${beforeCount} events in ${PLUGINS_COUNT} lanes, then ${perSecond} a second`);
told('event to pixel', pixelMs);
told('a picture', drawMs);
