import { type Either, isRight } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { isObservable, map, type Observable } from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { ReloadOptions, ReloadTarget } from '../../model/reload/ReloadTarget.js';
import type { StateStore } from '../../model/reload/StateStore.js';
import type { TargetRequest } from '../../model/reload/TargetRequest.js';
import type { Boundary, Crossing, TaskWork } from './Boundary.js';
import {
  decodeAs,
  foreignEvent,
  listing,
  pluginNames,
  reloadOutcome,
  swapOutcome,
  textOrNone,
  versionOutcome,
  voidOutcome,
  yesOrNo,
} from './crossings.js';

/** What a target may have beside the methods that each one has, and what a pipeline uses of it. */
export interface TargetExtras {
  plugins(): readonly { readonly plugin: string; readonly version: number }[];
  loadDependencies(plugin: string): TaskEither<ReloadError, void>;
  readonly events$: Observable<UnstampedEvent>;
  readonly requests$: Observable<TargetRequest>;
}

/** Which of the optional parts a target has: a replay needs the same ones. */
export function partsOf(target: ReloadTarget): readonly string[] {
  return [
    ...Object.keys(extrasOf(target)),
    ...(target.fingerprintOf === undefined ? [] : ['fingerprintOf']),
    ...(target.reportOpenHandles === undefined ? [] : ['reportOpenHandles']),
  ];
}

/** The target, with everything that a pipeline asks of it going over the border. */
export function wrapTarget(target: ReloadTarget, boundary: Boundary): ReloadTarget {
  const { plugins, loadDependencies, events$, requests$ } = extrasOf(target);
  return {
    pluginsOf: (path) =>
      boundary.askAgain('pluginsOf', path, pluginNames, () => target.pluginsOf(path)),
    validatePlugin: (plugin) => target.validatePlugin(plugin),
    reloadPlugin: (plugin, options) => () =>
      boundary.task(
        'reload',
        plugin,
        reloadOutcome,
        workOf(options, (given) => target.reloadPlugin(plugin, given)),
      ),
    getPluginState: (plugin) => target.getPluginState(plugin),
    restorePluginState: (plugin, state, schema) => target.restorePluginState(plugin, state, schema),
    ...(target.stateStampOf && { stateStampOf: (plugin: string) => target.stateStampOf?.(plugin) }),
    ...(target.fingerprintOf && {
      fingerprintOf: (plugin: string) =>
        boundary.askAgain('fingerprintOf', plugin, textOrNone, () =>
          target.fingerprintOf?.(plugin),
        ),
    }),
    ...(target.reportOpenHandles && {
      reportOpenHandles: () =>
        boundary.tell('reportOpenHandles', () => target.reportOpenHandles?.()),
    }),
    restartPlugin: (plugin, options) => () =>
      boundary.task('restart', plugin, versionOutcome, {
        start: () => target.restartPlugin(plugin, options)(),
      }),
    replacePlugin: (plugin, version) => target.replacePlugin(plugin, version),
    unloadPlugin: (plugin, options) => () =>
      boundary.task('unload', plugin, voidOutcome, {
        start: () => target.unloadPlugin(plugin, options)(),
      }),
    ...(plugins && {
      plugins: () => boundary.askAgain('plugins', '', listing, () => plugins()),
    }),
    ...(loadDependencies && {
      loadDependencies: (plugin: string) => () =>
        boundary.task('dependencies', plugin, voidOutcome, {
          start: () => loadDependencies(plugin)(),
        }),
    }),
    ...(events$ && { events$: boundary.stream('target', foreignEvent, events$) }),
    ...(requests$ && {
      requests$: boundary
        .stream('requests', targetRequest, requests$)
        .pipe(map((request) => wrapRequest(request, boundary))),
    }),
  };
}

/** The store, of which a pipeline uses `save`. */
export function wrapStore(store: StateStore, boundary: Boundary): StateStore {
  return {
    save: (record) => () => boundary.saved(record, () => store.save(record)(), isRight),
    load: (plugin) => store.load(plugin),
    history: (plugin) => store.history(plugin),
    remove: (plugin) => store.remove(plugin),
    claim: store.claim && ((plugin) => store.claim?.(plugin) ?? TE.right(undefined)),
    close: () => store.close(),
  };
}

const TargetRequestCodec = t.type({
  plugin: t.string,
  cause: t.keyof({ order: null, dependency: null, restart: null }),
  isUrgent: t.boolean,
  swaps: t.boolean,
  saves: t.boolean,
});

/** A request as data. One that is read again does nothing: its answers cross the border by themselves. */
export const targetRequest: Crossing<TargetRequest> = {
  encode: ({ plugin, cause, isUrgent, swap, options }, hide) => ({
    plugin: hide.name(plugin),
    cause,
    isUrgent,
    swaps: swap !== undefined,
    saves: options.saveState !== undefined,
  }),
  decode: (json) => {
    const { swaps, saves, ...request } = decodeAs(TargetRequestCodec, json);
    return {
      ...request,
      options: saves ? { saveState: neverCalled } : {},
      ...(swaps && { swap: neverCalled }),
      isNeeded: () => true,
      settle: () => undefined,
      release: () => undefined,
    };
  },
};

/** A task of a replay: the border answers in its place. */
const neverCalled = () => () => new Promise<never>(() => undefined);

function wrapRequest(request: TargetRequest, boundary: Boundary): TargetRequest {
  const { plugin, swap } = request;
  return {
    plugin,
    cause: request.cause,
    isUrgent: request.isUrgent,
    options: request.options,
    isNeeded: () => boundary.ask('isNeeded', yesOrNo, () => request.isNeeded()),
    settle: (result) => boundary.tell('settle', () => request.settle(result)),
    release: () => boundary.tell('release', () => request.release()),
    ...(swap && {
      swap: (options) => () => boundary.task('swap', plugin, swapOutcome, workOf(options, swap)),
    }),
  };
}

/** Work that is given options, with the calls of the target going over the border. */
function workOf<A, O extends ReloadOptions | undefined>(
  options: O,
  start: (options: O) => TaskEither<ReloadError, A>,
): TaskWork<Either<ReloadError, A>> {
  return {
    save: options?.saveState,
    onWait: options?.onWait,
    start: ({ save, onWait }) =>
      start(
        options && { ...options, ...(save && { saveState: save }), ...(onWait && { onWait }) },
      )(),
  };
}

function extrasOf(target: ReloadTarget): Partial<TargetExtras> {
  return {
    ...(listsPlugins(target) && { plugins: () => target.plugins() }),
    ...(loadsDependencies(target) && {
      loadDependencies: (plugin: string) => target.loadDependencies(plugin),
    }),
    ...(emitsEvents(target) && { events$: target.events$ }),
    ...(asks(target) && { requests$: target.requests$ }),
  };
}

type With<K extends keyof TargetExtras> = ReloadTarget & Pick<TargetExtras, K>;

function listsPlugins(target: ReloadTarget): target is With<'plugins'> {
  return 'plugins' in target && typeof target.plugins === 'function';
}

function loadsDependencies(target: ReloadTarget): target is With<'loadDependencies'> {
  return 'loadDependencies' in target && typeof target.loadDependencies === 'function';
}

function emitsEvents(target: ReloadTarget): target is With<'events$'> {
  return 'events$' in target && isObservable(target.events$);
}

function asks(target: ReloadTarget): target is With<'requests$'> {
  return 'requests$' in target && isObservable(target.requests$);
}
