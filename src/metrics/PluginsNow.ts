import type { BreakerStateName, ReloadEvent } from '../model/reload/ReloadEvent.js';

export const BREAKER_STATES: readonly BreakerStateName[] = ['closed', 'open', 'half-open'];

/** What is known of a plugin now. A field is absent until an event told it. */
export interface PluginNow {
  /** The version that serves; 0 when none does. */
  readonly serving?: number;
  readonly breaker?: BreakerStateName;
  /** Size of the newest saved state. */
  readonly stateBytes?: number;
  /** The newest debounce window. */
  readonly windowSeconds?: number;
}

/** The newest values per plugin. A plugin that was removed has none. */
export class PluginsNow {
  readonly #now = new Map<string, PluginNow>();

  add(event: ReloadEvent): void {
    if (event._tag === 'Removed') {
      this.#now.delete(event.plugin);
      return;
    }
    const news = newsOf(event);
    if (news !== undefined)
      this.#now.set(event.plugin, { ...this.#now.get(event.plugin), ...news });
  }

  all(): Iterable<readonly [plugin: string, now: PluginNow]> {
    return this.#now;
  }
}

function newsOf(event: ReloadEvent): PluginNow | undefined {
  switch (event._tag) {
    case 'Loaded':
    case 'Restarted':
    case 'Proven':
      return { serving: event.version };
    case 'Reloaded':
    case 'RolledBack':
      return { serving: event.to };
    case 'ReloadFailed':
      return { serving: event.stillServing ?? 0 };
    case 'BreakerChanged':
      return { breaker: event.to };
    case 'StateSaved':
      return { stateBytes: event.bytes };
    case 'ChangeDetected':
      return { windowSeconds: event.windowMs / 1_000 };
    default:
      return undefined;
  }
}
