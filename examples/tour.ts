/**
 * The main job, unattended: in a temporary copy of the example plugins it edits, breaks, fixes and rolls back a plugin,
 * prints what happens and checks it. `npm run tour` runs it; it exits 0 only when every check held.
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
  watchPlugins,
  type ReloadEvent,
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

/** The next event of a plugin with this tag; wait for it before the edit that causes it. */
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
  step('The host starts: three plugins serve.');
  const serving = Promise.all(
    ['counter', 'greeter', 'heartbeat'].map((name) => next(name, 'Loaded')),
  );
  const printing = events$.subscribe(printEvents());
  await serving;
  assert.equal(await increment(), 1);
  assert.equal(await increment(), 2);

  step('An in-place save: the counter now counts in tens, and goes on from 2.');
  const edited = next('counter', 'Reloaded');
  writeFileSync(counterFile, original.replace('STEP = 1', 'STEP = 10'));
  await edited;
  assert.equal(await increment(), 12);

  step('A typo: the old version goes on answering.');
  const failed = next('counter', 'ReloadFailed');
  writeFileSync(counterFile, original.replace('STEP = 1', 'STEP = = 100'));
  const failure = await failed;
  assert(failure._tag === 'ReloadFailed');
  assert.equal(failure.error._tag, 'CompilationFailed');
  assert.notEqual(failure.stillServing, null);
  assert.equal(await increment(), 22);

  step(
    'The fix, saved as editors do (a temporary file renamed over the old): it goes live, state kept.',
  );
  const fixed = next('counter', 'Reloaded');
  writeFileSync(`${counterFile}.tmp`, original.replace('STEP = 1', 'STEP = 100'));
  renameSync(`${counterFile}.tmp`, counterFile);
  const reloaded = await fixed;
  assert(reloaded._tag === 'Reloaded');
  assert.equal(await increment(), 122);

  step('A version that refuses to be healthy: the old one stays.');
  const unhealthy = next('counter', 'ReloadFailed');
  writeFileSync(counterFile, original.replace('STEP = 1', 'STEP = 0'));
  await unhealthy;
  assert.equal(await increment(), 222);

  step('Rolled back by hand to the version before, and to the state saved under it.');
  const rollback = await runtime.replacePlugin('counter', reloaded.from)();
  assert.equal(rollback._tag, 'Right');
  assert.equal(await increment(), 32);

  step('A helper that the greeter shares with others is saved: the greeter answers anew.');
  const helped = next('greeter', 'Reloaded');
  writeFileSync(
    helperFile,
    readFileSync(helperFile, 'utf8').replace(/return .*/, 'return text.toUpperCase();'),
  );
  await helped;
  const answer = await runtime.call('greeter', 'handle', { path: '/ada' });
  assert.deepEqual(answer, { status: 200, body: 'Hello, ADA!\n' });

  printing.unsubscribe();
  step('All of it held.');
} finally {
  await runtime.close();
  await store.close();
  remove();
}
