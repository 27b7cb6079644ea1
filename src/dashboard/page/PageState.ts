import type { Explanation } from '../../explain/Explanation.js';
import { explainPlugin } from '../../explain/explainPlugin.js';
import { foldHealth } from '../../model/reload/foldHealth.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { ReloadHealth } from '../../model/reload/ReloadHealth.js';
import { Lanes } from '../lanes/Lanes.js';

/** Events that the page keeps, for explanations and copies. A lane keeps marks of its own, the newest 20,000. */
const MAX_EVENTS = 50_000;

/** All that the page knows of a pipeline, from its events alone. */
export class PageState {
  lanes = new Lanes();
  health: ReloadHealth = foldHealth(undefined);
  events: ReloadEvent[] = [];
  /** Explanations are computed when they are looked at, and again after new events. */
  readonly #explained = new Map<
    string,
    { readonly at: number; readonly all: readonly Explanation[] }
  >();
  #count = 0;

  add(events: readonly ReloadEvent[]): void {
    for (const event of events) {
      this.lanes.add(event);
      this.health = foldHealth(this.health, event);
      this.events.push(event);
    }
    this.#count += events.length;
    if (this.events.length > MAX_EVENTS * 1.2) this.events = this.events.slice(-MAX_EVENTS);
  }

  clear(): void {
    this.lanes = new Lanes();
    this.health = foldHealth(undefined);
    this.events = [];
    this.#explained.clear();
    this.#count = 0;
  }

  explain(plugin: string): readonly Explanation[] {
    const known = this.#explained.get(plugin);
    if (known?.at === this.#count) return known.all;
    const all = explainPlugin(this.events, plugin);
    this.#explained.set(plugin, { at: this.#count, all });
    return all;
  }

  /** The explanation of what was going on in a plugin at a moment. */
  explainAt(plugin: string, atMs: number): Explanation | undefined {
    return this.explain(plugin).find((one) => one.atMs <= atMs + 1);
  }

  between(plugin: string, fromMs: number, toMs: number): readonly ReloadEvent[] {
    return this.events.filter(
      (event) => event.plugin === plugin && event.atMs >= fromMs && event.atMs <= toMs,
    );
  }
}
