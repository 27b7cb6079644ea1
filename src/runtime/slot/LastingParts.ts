import { createSerialQueue, type SerialQueue } from '../../model/concurrency.js';
import type { StateKeeper } from '../protocol/KeptState.js';
import { PluginStates } from '../protocol/PluginStates.js';

/** What belongs to a plugin's name. It lasts when the plugin is unloaded and loaded again. */
export interface LastingParts {
  readonly states: PluginStates;
  readonly grants: CapabilityGrants;
  /** One piece of work on the plugin at a time, in the order of the calls: load, reload, rollback, restart, unload. */
  readonly runExclusive: SerialQueue;
}

export function createLastingParts(plugin: string, store: StateKeeper | undefined): LastingParts {
  return {
    states: new PluginStates(plugin, store),
    grants: new CapabilityGrants(),
    runExclusive: createSerialQueue(),
  };
}

/** The capabilities that the host has approved for a plugin. */
export class CapabilityGrants {
  /** Undefined until a first version serves: a host that loads a plugin approves what its first version declares. */
  #granted: ReadonlySet<string> | undefined;

  /** Those of the requested capabilities that nobody has approved. */
  missing(requested: readonly string[] = []): readonly string[] {
    const granted = this.#granted;
    return granted === undefined ? [] : requested.filter((name) => !granted.has(name));
  }

  /** Approves these too, for the next version that serves. */
  approve(capabilities: readonly string[]): void {
    this.#granted = new Set([...(this.#granted ?? []), ...capabilities]);
  }

  /** A version serves: it has what it declares and no more. What it gave up must be approved again. */
  grantOnly(capabilities: readonly string[] = []): void {
    this.#granted = new Set(capabilities);
  }
}
