import type { Either } from 'fp-ts/lib/Either.js';
import type { WatchEvent } from '../../../model/events/WatchEvent.js';
import type { ReloadError } from '../../../model/reload/ReloadError.js';
import type { ReloadEvent } from '../../../model/reload/ReloadEvent.js';
import type { StateRecord, UnsavedState } from '../../../model/reload/StateStore.js';
import type { PluginProgram } from '../plugin/PluginProgram.js';
import type { CallAnswer, PluginInstance } from '../plugin/simulatedPlugin.js';

/** An order to go to another version. */
export interface RollbackOrder {
  /** `replace`: with the state that was saved under it. `rollBack`: with the newest state. */
  readonly by: 'replace' | 'rollBack';
  /** Left out: to the version that was trusted last. */
  readonly to?: number;
}

/** What can be seen of a run from outside, at the ports of its hosts. A check implements the part that it needs. */
export interface RunObserver {
  // The lives of the hosts.

  /** A host begins: its pipeline is subscribed to. */
  pipelineSubscribed?(): void;
  /** The host has crashed, or its pipeline is about to be unsubscribed. */
  hostEnding?(): void;
  /** The wall clock was set forward or back, by so many milliseconds. */
  clockSet?(byMs: number): void;

  // What the pipeline reads, does and emits.

  /** The source emitted an event, which concerns these plugins. */
  sourceEmitted?(event: WatchEvent, plugins: readonly string[]): void;
  /** `onIgnored` was told of a path that no plugin uses. */
  ignoredTold?(path: string): void;
  eventEmitted?(event: ReloadEvent): void;
  /** The pipeline's stream completed or errored; `how` says which. */
  streamEnded?(how: string): void;
  /** The pipeline asked the runtime for a reload. */
  reloadEntered?(plugin: string): void;
  /** That reload settled, or the pipeline aborted it. */
  reloadLeft?(plugin: string): void;
  /** It waits for work of other plugins, which is not its own; and that wait is over. There may be several at a time. */
  waitBegan?(plugin: string): void;
  waitEnded?(plugin: string): void;

  // The state store.

  saveStarted?(record: UnsavedState): void;
  saveEnded?(record: UnsavedState, result: Either<ReloadError, StateRecord>): void;
  /** The store reported a damaged record; `path` is where it was set aside. */
  damageReported?(path: string): void;
  /** A bit of a plugin's newest record flipped while the host was down. */
  recordDamaged?(plugin: string, seq: number, path: string): void;
  /** A call of the state disk was made to fail. */
  diskFailed?(): void;

  // The plugins.

  instanceEvaluated?(instance: PluginInstance): void;
  /** `text`: what the state says. `format`: in which format. */
  stateRestored?(instance: PluginInstance, text: string, format: number): void;
  instanceStarted?(instance: PluginInstance): void;
  instanceStopped?(instance: PluginInstance): void;
  /** A call reached an instance, or was answered by it. `order` is that of `callStarted`. `isInContext`: in the async context of that call. */
  callBegan?(instance: PluginInstance, order: number, isInContext: boolean): void;
  callEnded?(
    instance: PluginInstance,
    order: number,
    isFailure: boolean,
    isInContext: boolean,
  ): void;
  /** The instance was asked for its state. */
  stateAsked?(instance: PluginInstance): void;
  /** The host calls a plugin. `order` identifies the call: a later one has a higher number. */
  callStarted?(plugin: string, order: number): void;
  callAnswered?(plugin: string, order: number, answer: CallAnswer): void;
  /** The plugin itself threw. */
  callThrew?(plugin: string, order: number): void;
  /** The call did not reach the plugin, or its answer did not come back. `tag`: what kind of failure the host says that it is. */
  callFailed?(plugin: string, order: number, reason: string, tag: string): void;

  // The threads of plugins.

  /** Nothing runs in a thread any more. `isByHost`: its host has ended it. */
  threadOver?(thread: number, isByHost: boolean): void;
  /** The host is told that a thread has ended by itself. `plugin`: what it was told to load; undefined: nothing yet. */
  threadDeathTold?(thread: number, plugin: string | undefined): void;
  /** The runtime reports a failure that no caller waits for. */
  failureReported?(error: ReloadError): void;

  // What people do.

  /** The content of a plugin's file changed; undefined: half of a save. */
  programWritten?(plugin: string, program: PluginProgram | undefined): void;
  /** The content of a plugin's part changed; undefined: the file is gone. */
  partWritten?(plugin: string, part: number | undefined): void;
  /** The content changed that a plugin's link leads to; undefined: it leads nowhere. */
  linkedWritten?(plugin: string, part: number | undefined): void;
  /** The content changed that an import means before the part of a plugin; undefined: that file is gone. */
  nearerWritten?(plugin: string, part: number | undefined): void;
  /** A plugin's folder was removed, or moved to where no plugin is looked for. */
  folderRemoved?(plugin: string): void;
  /** The folder's manifest is away or cannot be read; it is back as it was. */
  manifestHidden?(plugin: string): void;
  manifestShown?(plugin: string): void;
  /** A person ordered another version that is kept. */
  rollbackStarted?(plugin: string, order: RollbackOrder): void;
  /** That order was carried out, so that `version` serves, or refused: undefined. Not called when the host crashes in between. */
  rollbackEnded?(plugin: string, order: RollbackOrder, version: number | undefined): void;
  /** A person ordered a restart of the version that serves. */
  restartStarted?(plugin: string): void;
  restartEnded?(plugin: string, isDone: boolean): void;

  // The run itself.

  /** A step is over. `serving` has the version that serves, by plugin. */
  stepEnded?(serving: ReadonlyMap<string, number>): void;
  /** All faults have ended, nothing changes, and every part had as much time as it may take. */
  quietReached?(): void;
}

/** One observer that passes everything on to all of `observers`, in their order. */
export function joinObservers(observers: readonly RunObserver[]): Required<RunObserver> {
  const each = (pass: (observer: RunObserver) => void) => observers.forEach(pass);
  return {
    pipelineSubscribed: () => each((one) => one.pipelineSubscribed?.()),
    hostEnding: () => each((one) => one.hostEnding?.()),
    clockSet: (byMs) => each((one) => one.clockSet?.(byMs)),
    sourceEmitted: (event, plugins) => each((one) => one.sourceEmitted?.(event, plugins)),
    ignoredTold: (path) => each((one) => one.ignoredTold?.(path)),
    eventEmitted: (event) => each((one) => one.eventEmitted?.(event)),
    streamEnded: (how) => each((one) => one.streamEnded?.(how)),
    reloadEntered: (plugin) => each((one) => one.reloadEntered?.(plugin)),
    reloadLeft: (plugin) => each((one) => one.reloadLeft?.(plugin)),
    waitBegan: (plugin) => each((one) => one.waitBegan?.(plugin)),
    waitEnded: (plugin) => each((one) => one.waitEnded?.(plugin)),
    saveStarted: (record) => each((one) => one.saveStarted?.(record)),
    saveEnded: (record, result) => each((one) => one.saveEnded?.(record, result)),
    damageReported: (path) => each((one) => one.damageReported?.(path)),
    recordDamaged: (plugin, seq, path) => each((one) => one.recordDamaged?.(plugin, seq, path)),
    diskFailed: () => each((one) => one.diskFailed?.()),
    instanceEvaluated: (instance) => each((one) => one.instanceEvaluated?.(instance)),
    stateRestored: (instance, text, format) =>
      each((one) => one.stateRestored?.(instance, text, format)),
    instanceStarted: (instance) => each((one) => one.instanceStarted?.(instance)),
    instanceStopped: (instance) => each((one) => one.instanceStopped?.(instance)),
    callBegan: (instance, order, isInContext) =>
      each((one) => one.callBegan?.(instance, order, isInContext)),
    callEnded: (instance, order, isFailure, isInContext) =>
      each((one) => one.callEnded?.(instance, order, isFailure, isInContext)),
    stateAsked: (instance) => each((one) => one.stateAsked?.(instance)),
    callStarted: (plugin, order) => each((one) => one.callStarted?.(plugin, order)),
    callAnswered: (plugin, order, answer) =>
      each((one) => one.callAnswered?.(plugin, order, answer)),
    callThrew: (plugin, order) => each((one) => one.callThrew?.(plugin, order)),
    callFailed: (plugin, order, reason, tag) =>
      each((one) => one.callFailed?.(plugin, order, reason, tag)),
    threadOver: (thread, isByHost) => each((one) => one.threadOver?.(thread, isByHost)),
    threadDeathTold: (thread, plugin) => each((one) => one.threadDeathTold?.(thread, plugin)),
    failureReported: (error) => each((one) => one.failureReported?.(error)),
    programWritten: (plugin, program) => each((one) => one.programWritten?.(plugin, program)),
    partWritten: (plugin, part) => each((one) => one.partWritten?.(plugin, part)),
    linkedWritten: (plugin, part) => each((one) => one.linkedWritten?.(plugin, part)),
    nearerWritten: (plugin, part) => each((one) => one.nearerWritten?.(plugin, part)),
    folderRemoved: (plugin) => each((one) => one.folderRemoved?.(plugin)),
    manifestHidden: (plugin) => each((one) => one.manifestHidden?.(plugin)),
    manifestShown: (plugin) => each((one) => one.manifestShown?.(plugin)),
    rollbackStarted: (plugin, order) => each((one) => one.rollbackStarted?.(plugin, order)),
    rollbackEnded: (plugin, order, version) =>
      each((one) => one.rollbackEnded?.(plugin, order, version)),
    restartStarted: (plugin) => each((one) => one.restartStarted?.(plugin)),
    restartEnded: (plugin, isDone) => each((one) => one.restartEnded?.(plugin, isDone)),
    // Called at every step: a loop allocates nothing.
    stepEnded: (serving) => {
      for (const one of observers) one.stepEnded?.(serving);
    },
    quietReached: () => each((one) => one.quietReached?.()),
  };
}
