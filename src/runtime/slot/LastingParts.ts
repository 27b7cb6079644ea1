import { createSerialQueue, type SerialQueue } from '../../model/concurrency.js';
import type { StateKeeper } from '../protocol/KeptState.js';
import { PluginStates } from '../protocol/PluginStates.js';

/** The parts that belong to a plugin's name. They remain when the plugin is unloaded and loaded again. */
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

  /**
   * Call it when a version starts to serve: it has the capabilities that it declares and no others. One that it does not declare any more
   * must be approved again.
   */
  grantOnly(capabilities: readonly string[] = []): void {
    this.#granted = new Set(capabilities);
  }
}
