/**
 * Selective reloading: a variant of `hotReload` that is composed by hand from the same operators and sinks. A changed
 * manifest leads to a full reload. Changed source is validated first; while it does not compile, the current version stays.
 *
 *   tsx examples/selective.ts [directory of plugins]
 */
import { basename, resolve } from 'node:path';
import {
  backoffRetry,
  breakers,
  type Change,
  circuitBreak,
  coalesceMap,
  debounceAdaptive,
  exponential,
  type FoldedEvents,
  foldEvents,
  PluginRuntime,
  perKey,
  printEvents,
  type ReloadError,
  reloadPlugin,
  stampEvents,
  type WatchEvent,
  watch,
} from 'hotpipe';
import {
  catchError,
  concat,
  defer,
  EMPTY,
  from,
  map,
  mergeMap,
  type Observable,
  throwError,
} from 'rxjs';

const dir = resolve(process.argv[2] ?? 'examples/plugins');
const runtime = new PluginRuntime({ root: dir });
const pluginBreakers = breakers({ openForMs: 5_000 });

const isManifest = ({ path }: WatchEvent): boolean => /^plugin\.(toml|json)$/.test(basename(path));

const validate = (plugin: string): Observable<never> =>
  defer(runtime.validatePlugin(plugin)).pipe(
    mergeMap((result) => (result._tag === 'Left' ? throwError(() => result.left) : EMPTY)),
  );

const reload = (change: Change) => {
  const reloaded$ = reloadPlugin(runtime, change).pipe(
    circuitBreak(pluginBreakers.for(change.plugin)),
    backoffRetry({ delay: exponential({ initialMs: 100, maxMs: 5_000 }), maxRetries: 3 }),
  );
  const validated$ = change.events.some(isManifest)
    ? reloaded$
    : concat(validate(change.plugin), reloaded$);
  return validated$.pipe(
    catchError((error: ReloadError) => {
      console.error(`kept the current version of ${change.plugin}: ${error.message}`);
      return EMPTY;
    }),
  );
};

await runtime.loadDirectory(dir)();
const reloads = watch(dir, { onReady: () => console.log('selective mode: watching for changes') })
  .pipe(
    mergeMap((event) =>
      from(runtime.pluginsOf(event.path)).pipe(map((plugin) => ({ plugin, event }))),
    ),
    perKey(
      ({ plugin }) => plugin,
      (routed$, plugin) =>
        routed$.pipe(
          map(({ event }) => event),
          debounceAdaptive<WatchEvent, FoldedEvents>({ minMs: 25, maxMs: 500, reduce: foldEvents }),
          map((events): Change => {
            const times = events.map(({ atMs }) => atMs);
            return {
              plugin,
              events,
              firstAtMs: Math.min(...times),
              lastAtMs: Math.max(...times),
              eventCount: events.length,
            };
          }),
          coalesceMap(reload),
        ),
    ),
    stampEvents(),
  )
  .subscribe(printEvents());

const stop = (): void => {
  reloads.unsubscribe();
  void runtime.close();
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
