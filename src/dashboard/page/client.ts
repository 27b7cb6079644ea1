// The page of the dashboard: it draws, listens to the host, and gives orders. Text of plugins and events is only ever set as text.
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import {
  canvas,
  connection,
  copyTest,
  element,
  fleet,
  list,
  live,
  main,
  orders,
  scroll,
  scrub,
  search,
  whatIf,
} from './dom.js';
import type { Look } from './drawMark.js';
import { fleetTests, useFleet } from './fleet.js';
import { follow, nowMs, shown, state, stopAt, viewNow, zoom } from './moment.js';
import { PaintedPast, type Sheet } from './PaintedPast.js';
import { usePointer } from './pointer.js';
import { usePrediction } from './prediction.js';
import { readEvents } from './readEvents.js';
import { say, select, showDetails, showTexts, textsSoon } from './texts.js';

const token = new URLSearchParams(location.search).get('t') ?? '';

function lookNow(): Look {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    of: {
      ...{ good: color('good'), bad: color('bad'), notice: color('notice') },
      ...{ busy: color('busy'), quiet: color('faint') },
    },
    ...{ text: color('fg'), faint: color('faint'), line: color('line'), card: color('card') },
    font: '11px system-ui, sans-serif',
  };
}
let look = lookNow();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  look = lookNow();
  shown.isDirty = true;
});

/** A canvas that is not shown. */
function newSheet(): Sheet<CanvasRenderingContext2D> {
  const own = document.createElement('canvas');
  let size = { widthPx: 0, heightPx: 0 };
  return {
    size: (widthPx, heightPx, ratio) => {
      size = { widthPx, heightPx };
      own.width = Math.round(widthPx * ratio);
      own.height = Math.round(heightPx * ratio);
      const pen = own.getContext('2d');
      pen?.setTransform(ratio, 0, 0, ratio, 0, 0);
      return pen;
    },
    copyTo: (pen, xPx) => pen.drawImage(own, xPx, 0, size.widthPx, size.heightPx),
  };
}
const past = new PaintedPast(newSheet());

/** The last frame's time, for whoever measures the page. */
const frames = { lastMs: 0, count: 0, events: 0 };
Reflect.set(window, 'hotpipeFrames', frames);

function frame(): void {
  const view = viewNow();
  const ratio = window.devicePixelRatio;
  const isFollowing =
    shown.untilMs === undefined && !shown.isFile && document.visibilityState === 'visible';
  if (shown.isDirty || (isFollowing && past.hasMoved(view, ratio))) {
    shown.isDirty = false;
    const startMs = performance.now();
    const [width, tall] = [Math.round(view.widthPx * ratio), Math.round(view.heightPx * ratio)];
    if (canvas.width !== width || canvas.height !== tall) {
      canvas.width = width;
      canvas.height = tall;
      canvas.style.height = `${view.heightPx}px`;
    }
    const context = canvas.getContext('2d');
    if (context !== null) {
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      past.draw(context, state.lanes.all(), view, look, ratio);
    }
    frames.lastMs = performance.now() - startMs;
    frames.count += 1;
    frames.events = state.events.length;
  }
  requestAnimationFrame(frame);
}

live.addEventListener('click', follow);
element('in', HTMLElement).addEventListener('click', () => zoom(0.5));
element('out', HTMLElement).addEventListener('click', () => zoom(2));
scrub.addEventListener('input', () => {
  const all = state.lanes.range();
  if (all === undefined) return;
  if (scrub.value === '1000' && !shown.isFile) follow();
  else stopAt(all.fromMs + (Number(scrub.value) / 1000) * (nowMs() - all.fromMs));
});
scroll.addEventListener('scroll', () => (shown.isDirty = true));
addEventListener('resize', () => (shown.isDirty = true));
search.addEventListener('input', showTexts);
list.addEventListener('click', ({ target }) => {
  const plugin = target instanceof HTMLElement ? target.dataset.plugin : undefined;
  if (plugin !== undefined) select(plugin);
});

scroll.addEventListener('keydown', (event) => {
  const names = state.lanes.all().map(({ plugin }) => plugin);
  const at = names.indexOf(shown.selected ?? '');
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => stopAt((shown.untilMs ?? nowMs()) - shown.spanMs / 10),
    ArrowRight: () => stopAt((shown.untilMs ?? nowMs()) + shown.spanMs / 10),
    ArrowUp: () => select(names[Math.max(0, at - 1)] ?? ''),
    ArrowDown: () => select(names[Math.min(names.length - 1, at + 1)] ?? ''),
    Home: () => stopAt((state.lanes.range()?.fromMs ?? 0) + shown.spanMs),
    End: follow,
    '+': () => zoom(0.5),
    '-': () => zoom(2),
  };
  const work = keys[event.key];
  if (work === undefined || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  work();
});

orders.addEventListener('click', ({ target }) => {
  const order = target instanceof HTMLElement ? target.dataset.order : undefined;
  if (order === undefined || shown.selected === undefined) return;
  const plugin = shown.selected;
  say(`${order}…`);
  const request = fetch('orders', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ order, plugin }),
  });
  void request.then(
    async (answer) => {
      const told: unknown = await answer.json();
      const message: unknown =
        typeof told === 'object' && told !== null ? Reflect.get(told, 'message') : undefined;
      say(typeof message === 'string' ? message : `answer ${answer.status}`);
    },
    () => say('the host does not answer'),
  );
});

function take(events: readonly ReloadEvent[]): void {
  const last = events.at(-1);
  if (last !== undefined && !shown.isFile)
    shown.aheadMs = Math.max(shown.aheadMs, last.atMs - Date.now());
  state.add(events);
  if (events.length > 0) main.hidden = false;
  textsSoon();
}

let stream: EventSource | undefined;
function connect(): void {
  // A trace was opened meanwhile.
  if (shown.isFile) return;
  stream = new EventSource(`events?t=${encodeURIComponent(token)}`);
  stream.addEventListener('open', () => (connection.textContent = '● connected'));
  stream.addEventListener('error', () => {
    connection.textContent = '○ the host does not answer; it is asked again';
    if (stream?.readyState === EventSource.CLOSED) setTimeout(connect, 2_000);
  });
  stream.addEventListener('hello', ({ data }: MessageEvent<string>) => {
    const hello: unknown = JSON.parse(data);
    const { isFresh, lost } = hello as { isFresh: boolean; lost: number };
    if (isFresh) state.clear();
    if (lost > 0) connection.textContent = `● connected; ${lost} earlier events are gone`;
    textsSoon();
  });
  stream.addEventListener('full', () => {
    connection.textContent = '○ too many readers';
    stream?.close();
  });
  stream.addEventListener('message', ({ data }: MessageEvent<string>) => {
    const events: unknown = JSON.parse(data);
    take(events as readonly ReloadEvent[]);
  });
  useFleet(token, stream);
  void fetch(`about?t=${encodeURIComponent(token)}`)
    .then((answer) => answer.json())
    .then(
      (about: { actions: boolean; tests?: boolean; predicts?: boolean; fleetTests?: boolean }) => {
        if (shown.isFile) return;
        orders.hidden = !about.actions;
        copyTest.hidden = about.tests !== true;
        fleetTests.are = about.fleetTests === true;
        whatIf.hidden = about.predicts !== true;
      },
    )
    .catch(() => undefined);
}

async function open(file: File): Promise<void> {
  showTrace(file.name, await file.text());
}

function showTrace(name: string, text: string): void {
  const { events, others } = readEvents(text);
  stream?.close();
  shown.isFile = true;
  fleet.hidden = true;
  main.hidden = false;
  live.hidden = true;
  orders.hidden = true;
  copyTest.hidden = true;
  whatIf.hidden = true;
  shown.selected = undefined;
  state.clear();
  take(events);
  const all = state.lanes.range();
  shown.spanMs = all === undefined ? shown.spanMs : Math.max(200, (all.toMs - all.fromMs) * 1.05);
  stopAt(all?.toMs ?? 0);
  connection.textContent = `${name}: ${events.length} events${others > 0 ? `, ${others} other lines` : ''}`;
}
element('file', HTMLInputElement).addEventListener('change', ({ target }) => {
  const file = target instanceof HTMLInputElement ? target.files?.[0] : undefined;
  if (file !== undefined) void open(file);
});
addEventListener('dragover', (event) => event.preventDefault());
addEventListener('drop', (event) => {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file !== undefined) void open(file);
});

/** Saved to a disk, the page has no host to ask: it shows the trace that it carries, or waits for one. */
const carried = document.getElementById('trace');
if (carried !== null) showTrace(carried.dataset.name ?? 'trace', carried.textContent);
else if (location.protocol === 'file:') connection.textContent = 'open a trace';
else connect();
setInterval(() => {
  if (!shown.isFile && state.events.length > 0) showDetails();
}, 1_000);
usePointer(token);
usePrediction(token);
requestAnimationFrame(frame);
