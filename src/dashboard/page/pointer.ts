// The pointer: it chooses a plugin and a range of time, and asks what a mark is.
import { readableMs } from '../../sinks/terminal/phrases.js';
import type { Lane } from '../lanes/Lanes.js';
import { canvas, copyTest, element, outcome, rangeBox, scroll, tip } from './dom.js';
import { markAt, ROW_PX } from './drawLanes.js';
import { nowMs, shown, state, stopAt, viewNow } from './moment.js';
import { copyText, say, select } from './texts.js';

export function usePointer(token: string): void {
  function laneAt(event: PointerEvent): Lane | undefined {
    const y = event.clientY - scroll.getBoundingClientRect().top + scroll.scrollTop;
    return state.lanes.all()[Math.floor(y / ROW_PX)];
  }

  function timeAt(event: PointerEvent): number {
    const view = viewNow();
    const x = event.clientX - canvas.getBoundingClientRect().left;
    return view.fromMs + (x / view.widthPx) * (view.toMs - view.fromMs);
  }

  let dragFrom: { lane: Lane; ms: number; x: number } | undefined;
  scroll.addEventListener('pointerdown', (event) => {
    const lane = laneAt(event);
    if (lane === undefined || event.button !== 0) return;
    if (lane.plugin !== '') select(lane.plugin);
    dragFrom = { lane, ms: timeAt(event), x: event.clientX };
    shown.range = undefined;
    rangeBox.hidden = true;
  });
  scroll.addEventListener('pointermove', (event) => {
    if (dragFrom !== undefined && Math.abs(event.clientX - dragFrom.x) > 4) {
      if (shown.untilMs === undefined) stopAt(nowMs());
      const ms = timeAt(event);
      shown.range = {
        plugin: dragFrom.lane.plugin,
        fromMs: Math.min(ms, dragFrom.ms),
        toMs: Math.max(ms, dragFrom.ms),
      };
      shown.isDirty = true;
    }
    showTip(event);
  });
  addEventListener('pointerup', () => {
    dragFrom = undefined;
    if (shown.range === undefined) return;
    const { plugin, fromMs, toMs } = shown.range;
    const count = state.between(plugin, fromMs, toMs).length;
    rangeBox.hidden = false;
    element('rangeText', HTMLElement).textContent =
      `${count} events of ${plugin} in ${readableMs(toMs - fromMs)} are chosen.`;
  });
  scroll.addEventListener('pointerleave', () => (tip.hidden = true));

  function showTip(event: PointerEvent): void {
    const lane = laneAt(event);
    const x = event.clientX - canvas.getBoundingClientRect().left;
    const mark = lane && markAt(lane, x, viewNow());
    tip.hidden = mark === undefined;
    if (lane === undefined || mark === undefined) return;
    const lasts = mark.toMs > mark.fromMs && mark.toMs !== Infinity;
    const missed =
      mark.missedByMs === undefined
        ? ''
        : `, ${readableMs(mark.missedByMs)} after a window had closed`;
    const why = state.explainAt(lane.plugin, mark.fromMs)?.because.join(' ') ?? '';
    tip.textContent = `${mark.label}${missed}${lasts ? `, ${readableMs(mark.toMs - mark.fromMs)}` : ''}. ${why}`;
    tip.style.left = `${Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8)}px`;
  }

  element('copyEvents', HTMLElement).addEventListener('click', () => {
    if (shown.range === undefined) return;
    const { plugin, fromMs, toMs } = shown.range;
    void copy(
      state
        .between(plugin, fromMs, toMs)
        .map((event) => JSON.stringify(event))
        .join('\n'),
    );
  });
  copyTest.addEventListener('click', () => {
    if (shown.range === undefined) return;
    const { plugin, fromMs, toMs } = shown.range;
    const query = new URLSearchParams({
      ...{ t: token, plugin },
      ...{ from: String(Math.floor(fromMs)), to: String(Math.ceil(toMs)) },
    });
    void fetch(`test?${query}`).then(async (answer) => {
      const text = await answer.text();
      if (answer.ok) await copy(text);
      else say(text);
    });
  });

  const copy = (text: string) => copyText(text, outcome, element('copied', HTMLElement));
}
