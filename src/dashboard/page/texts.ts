// What the page tells as text: the list of plugins, the card of one, and why. Text of plugins is only ever set as text.
import { readableMs } from '../../sinks/terminal/phrases.js';
import type { Lane } from '../lanes/Lanes.js';
import {
  alertLine,
  details,
  element,
  height,
  list,
  outcome,
  scroll,
  scrub,
  search,
} from './dom.js';
import { ROW_PX } from './drawLanes.js';
import { nowMs, shown, state } from './moment.js';

let isListed = false;
/** Texts follow at most four times a second: nobody reads faster. */
export function textsSoon(): void {
  shown.isDirty = true;
  if (isListed) return;
  isListed = true;
  setTimeout(() => {
    isListed = false;
    showTexts();
  }, 250);
}

export function showTexts(): void {
  const lanes = state.lanes.all();
  const tall = Math.max(0, lanes.length * ROW_PX - scroll.clientHeight);
  height.style.height = `${tall}px`;
  shown.selected ??= lanes.find(({ plugin }) => plugin !== '')?.plugin;
  const { watchError, restartNeeded } = state.health;
  const problem =
    watchError === null
      ? restartNeeded && `The host has to be started again: ${restartNeeded.reason}`
      : `Changes are not seen: ${watchError.message}`;
  alertLine.hidden = !problem;
  alertLine.textContent = problem ?? '';
  showList(lanes);
  showDetails();
  const all = state.lanes.range();
  scrub.disabled = all === undefined;
  if (shown.untilMs === undefined) scrub.value = '1000';
}

function showList(lanes: readonly Lane[]): void {
  const wanted = search.value.toLowerCase();
  const names = lanes
    .map(({ plugin }) => plugin)
    .filter((plugin) => plugin !== '' && plugin.toLowerCase().includes(wanted))
    .slice(0, 200);
  while (list.children.length > names.length) list.lastElementChild?.remove();
  for (const [at, plugin] of names.entries()) {
    const button =
      list.children[at]?.querySelector('button') ??
      list.appendChild(document.createElement('li')).appendChild(document.createElement('button'));
    button.type = 'button';
    button.dataset.plugin = plugin;
    button.setAttribute('aria-current', String(plugin === shown.selected));
    const text = `${plugin} — ${stateOf(plugin)}`;
    if (button.textContent !== text) button.textContent = text;
  }
}

function stateOf(plugin: string): string {
  const health = state.health.plugins[plugin];
  if (health === undefined) return 'removed';
  const version = health.serving === null ? 'does not serve' : `v${health.serving}`;
  const breaker = health.breaker === 'closed' ? '' : `, breaker ${health.breaker}`;
  const error = health.lastError === null ? '' : `, ${health.lastError.error._tag}`;
  return `${version}${health.isReloading ? ', reloading' : ''}${breaker}${error}`;
}

export function showDetails(): void {
  details.hidden = shown.selected === undefined;
  if (shown.selected === undefined) return;
  const plugin = shown.selected;
  element('name', HTMLElement).textContent = plugin;
  const health = state.health.plugins[plugin];
  const rows: [string, string][] = [['state', stateOf(plugin)]];
  if (health !== undefined) {
    rows.push(['files', health.fingerprint?.slice(0, 12) ?? 'not known']);
    const { committedCount, failedCount, supersededCount, unchangedCount } = health;
    rows.push([
      'changes',
      `${committedCount} live, ${failedCount} failed, ${unchangedCount} without effect, ${supersededCount} replaced`,
    ]);
    rows.push(['proven', health.isProven ? 'yes' : 'not told']);
    rows.push(['breaker', `${health.breaker}${countdown(plugin)}`]);
    if (health.stateLostCount > 0) rows.push(['state left behind', String(health.stateLostCount)]);
    if (health.lastError !== null) {
      rows.push([
        'last error',
        `${health.lastError.error._tag}: ${health.lastError.error.message}`,
      ]);
    }
  }
  const { reload } = state.health;
  if (reload !== null) {
    const times = [reload.p50Ms, reload.p95Ms, reload.p99Ms].map(readableMs).join(', ');
    rows.push(['reloads of all plugins, p50, p95, p99', times]);
  }
  const card = element('card', HTMLElement);
  card.replaceChildren(
    ...rows.flatMap(([name, value]) => {
      const [term, text] = [document.createElement('dt'), document.createElement('dd')];
      term.textContent = name;
      text.textContent = value;
      return [term, text];
    }),
  );
  const error: unknown = health?.lastError?.error;
  const shownFrame: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'frame') : undefined;
  const frameBox = element('frame', HTMLElement);
  frameBox.hidden = typeof shownFrame !== 'string' || shownFrame === '';
  frameBox.textContent = typeof shownFrame === 'string' ? shownFrame : '';
  element('why', HTMLElement).replaceChildren(
    ...state
      .explain(plugin)
      .slice(0, 20)
      .map(({ atMs, because }) => {
        const item = document.createElement('li');
        const time = item.appendChild(document.createElement('time'));
        time.dateTime = new Date(atMs).toISOString();
        time.textContent = new Date(atMs).toTimeString().slice(0, 8);
        item.append(because.join(' '));
        return item;
      }),
  );
}

function countdown(plugin: string): string {
  const last = state.events.findLast(
    (event) => event.plugin === plugin && event._tag === 'BreakerChanged',
  );
  if (last?._tag !== 'BreakerChanged' || last.retryAtMs === null || last.to !== 'open') return '';
  const leftMs = last.retryAtMs - nowMs();
  return leftMs > 0 ? `, a probe may pass in ${readableMs(leftMs)}` : ', the next save is a probe';
}

export function select(plugin: string): void {
  shown.selected = plugin;
  outcome.textContent = '';
  const row = state.lanes.all().findIndex((lane) => lane.plugin === plugin);
  const top = row * ROW_PX;
  if (top < scroll.scrollTop) scroll.scrollTop = top;
  else if (top + ROW_PX > scroll.scrollTop + scroll.clientHeight) {
    scroll.scrollTop = top + ROW_PX - scroll.clientHeight;
  }
  showTexts();
  shown.isDirty = true;
}

/** Puts a text where the user can paste it from; where the browser forbids that, into `box` below. Says in `said` which of the two. */
export async function copyText(text: string, said: HTMLElement, box: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = 'copied';
  } catch {
    said.textContent = 'the browser does not let the page copy: choose the text below';
    box.hidden = false;
    box.textContent = text;
  }
}

/** Says how something went that a person asked for. */
export function say(text: string): void {
  outcome.textContent = text;
}
