/**
 * A host for production: a long debounce, capped backoff, a circuit breaker, durable state, an audit log, and an alert when
 * a reload fails for good.
 *
 *   tsx examples/production.ts [directory of plugins] [directory of state]
 */
import { join, resolve } from 'node:path';
import { auditLog, fileStateStore, hotReload, PluginRuntime, presets, watch } from 'hotpipe';
import { filter, share } from 'rxjs';

const dir = resolve(process.argv[2] ?? 'examples/plugins');
const stateDir = resolve(process.argv[3] ?? 'examples/.state');

const store = fileStateStore(stateDir);
const runtime = new PluginRuntime({ store, root: dir });
const events$ = hotReload({
  ...presets.production,
  source$: watch(dir, {
    exclude: ['**/*.tmp', '**/.git/**'],
    onReady: () => console.log('production mode: watching for changes'),
  }),
  target: runtime,
  store,
  root: dir,
  load: runtime.loadEach(dir),
}).pipe(share());

const alerts = events$
  .pipe(filter((event) => event._tag === 'ReloadFailed' && !event.willRetry))
  .subscribe((event) => console.error(`ALERT ${JSON.stringify(event)}`));
const log = events$.subscribe(auditLog(join(stateDir, 'reloads.ndjson'), { fsync: true }));

const stop = (): void => {
  alerts.unsubscribe();
  log.unsubscribe();
  void runtime.close().then(() => store.close()); // saves the state of every plugin
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
