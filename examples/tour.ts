/**
 * A tour of the main features that runs by itself: in a temporary copy of the example plugins it edits, breaks, fixes and
 * rolls back a plugin, prints what happens, and checks it. `npm run tour` starts it. It exits with 0 only when every check
 * passed.
 */
import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  fileStateStore,
  hotReload,
  PluginRuntime,
  presets,
  printEvents,
  type ReloadEvent,
  watchPlugins,
} from 'hotpipe';
import { filter, firstValueFrom, share, timeout } from 'rxjs';
import { temporaryCopy } from './support/temporaryCopy.ts';

const LIMIT_MS = 10_000;

const { dir, remove } = temporaryCopy();
const counterFile = join(dir, 'plugins/counter/index.ts');
const helperFile = join(dir, 'shared/titleCase.ts');
const original = readFileSync(counterFile, 'utf8');

const store = fileStateStore(join(dir, 'state'));
const runtime = new PluginRuntime({ store, root: dir });
const events$ = hotReload({
  ...presets.development,
  ...watchPlugins(runtime, join(dir, 'plugins')),
  target: runtime,
  store,
  root: dir,
}).pipe(share());

/** The plugin's next event with this tag. Call it before the edit that causes the event. */
const next = (plugin: string, tag: ReloadEvent['_tag']): Promise<ReloadEvent> =>
  firstValueFrom(
    events$.pipe(
      filter((event) => event.plugin === plugin && event._tag === tag),
      timeout(LIMIT_MS),
    ),
  );
const increment = (): Promise<unknown> => runtime.call('counter', 'increment');
const step = (text: string): void => console.log(`\n── ${text}`);

try {
  step('The host starts, and three plugins serve.');
  const serving = Promise.all(
    ['counter', 'greeter', 'heartbeat'].map((name) => next(name, 'Loaded')),
  );
  const printing = events$.subscribe(printEvents());
  await serving;
  assert.equal(await increment(), 1);
  assert.equal(await increment(), 2);

  step('The counter is saved in place: it now counts in tens, and goes on from 2.');
  const edited = next('counter', 'Reloaded');
  writeFileSync(counterFile, original.replace('STEP = 1', 'STEP = 10'));
  await edited;
  assert.equal(await increment(), 12);

  step('A typo is saved: the old version keeps answering.');
  const failed = next('counter', 'ReloadFailed');
  writeFileSync(counterFile, original.replace('STEP = 1', 'STEP = = 100'));
  const failure = await failed;
  assert(failure._tag === 'ReloadFailed');
  assert.equal(failure.error._tag, 'CompilationFailed');
  assert.notEqual(failure.stillServing, null);
  assert.equal(await increment(), 22);

  step(
    'The fix is saved as many editors do it (a temporary file, renamed): it goes live and keeps its state.',
  );
  const fixed = next('counter', 'Reloaded');
  writeFileSync(`${counterFile}.tmp`, original.replace('STEP = 1', 'STEP = 100'));
  renameSync(`${counterFile}.tmp`, counterFile);
  const reloaded = await fixed;
  assert(reloaded._tag === 'Reloaded');
  assert.equal(await increment(), 122);

  step('A version whose health check fails is saved: the old version stays.');
  const unhealthy = next('counter', 'ReloadFailed');
  writeFileSync(counterFile, original.replace('STEP = 1', 'STEP = 0'));
  await unhealthy;
  assert.equal(await increment(), 222);

  step('The counter is rolled back by hand, to the version before and to its state.');
  const rollback = await runtime.replacePlugin('counter', reloaded.from)();
  assert.equal(rollback._tag, 'Right');
  assert.equal(await increment(), 32);

  step('A shared helper is saved: the greeter, which imports it, is reloaded.');
  const helped = next('greeter', 'Reloaded');
  writeFileSync(
    helperFile,
    readFileSync(helperFile, 'utf8').replace(/return .*/, 'return text.toUpperCase();'),
  );
  await helped;
  const answer = await runtime.call('greeter', 'handle', { path: '/ada' });
  assert.deepEqual(answer, { status: 200, body: 'Hello, ADA!\n' });

  printing.unsubscribe();
  step('Every check passed.');
} finally {
  await runtime.close();
  await store.close();
  remove();
}
