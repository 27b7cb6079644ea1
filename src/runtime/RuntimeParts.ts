import { BehaviorSubject, Subject } from 'rxjs';
import type { UnstampedEvent } from '../model/reload/ReloadEvent.js';
import { createEnvironment } from './createEnvironment.js';
import type { SharedEnvironment } from './environment/RuntimeEnvironment.js';
import type { RuntimeOptions } from './environment/RuntimeOptions.js';
import type { Emitted } from './instances/PluginTalk.js';
import { PluginRegistry } from './registry/PluginRegistry.js';

/** What a runtime is made of. */
export interface RuntimeParts {
  readonly environment: SharedEnvironment;
  readonly registry: PluginRegistry;
  /** Emits when the files that plugins use may have changed. */
  readonly fileChanges: BehaviorSubject<void>;
  readonly events: Subject<UnstampedEvent>;
  /** What plugins told. */
  readonly emitted: Subject<Emitted>;
}

/** Throws a `RangeError` for options that cannot work. */
export function createParts(options: RuntimeOptions): RuntimeParts {
  const fileChanges = new BehaviorSubject<void>(undefined);
  const events = new Subject<UnstampedEvent>();
  const onFilesChange = () => fileChanges.next();
  const onNewFile = () => registry.noteFiles();
  const emitted = new Subject<Emitted>();
  const environment = createEnvironment(options, onNewFile, (event) => events.next(event), {
    call: (plugin, fn, args) => callPlugin(registry, plugin, fn, args),
    emit: (told) => emitted.next(told),
  });
  const registry: PluginRegistry = new PluginRegistry({
    environment,
    root: options.root,
    onFilesChange,
  });
  return { environment, registry, fileChanges, events, emitted };
}

/** A plugin that has no slot yet may be about to be loaded. */
export function callPlugin(
  registry: PluginRegistry,
  plugin: string,
  fn: string,
  args: readonly unknown[],
): Promise<unknown> {
  const slot = registry.slot(plugin);
  return slot === undefined ? registry.firstLoads.call(plugin, fn, args) : slot.gate.call(fn, args);
}
