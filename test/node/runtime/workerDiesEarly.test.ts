import { expect, it } from 'vitest';
import { left, pluginFolders, right, startRuntime } from './pluginFolders.js';

/** Its call `hold` ends 300 ms after the worker of the next version has. */
const old = (mark: string) => `import { existsSync } from 'node:fs';
export const hold = () => new Promise((resolve) => {
  const timer = setInterval(() => {
    if (!existsSync(${JSON.stringify(mark)})) return;
    clearInterval(timer);
    setTimeout(() => resolve('held'), 300);
  }, 5);
});
export const version = () => 1;`;

/** Ends while the swap waits for that call: no stage of the swap uses the new worker at that time. */
const dying = (mark: string) => `import { writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync(${JSON.stringify(mark)}, ''));
setTimeout(() => process.exit(7), 1);
export const hold = () => 'not held';
export const version = () => 2;
export const health = () => true;`;

it('does not commit a worker that died during the swap: the old version serves on', async () => {
  const folders = pluginFolders();
  const mark = folders.path('died');
  folders.plugin('p', { 'index.ts': old(mark) }, 'mode = "worker"');
  const { runtime, errors } = startRuntime();
  right(await runtime.loadManifest(folders.path('p'))());
  const held = runtime.call('p', 'hold');

  folders.write('p/index.ts', dying(mark));
  const reload = await runtime.reloadPlugin('p')();

  expect(await held).toBe('held');
  expect(left(reload)).toMatchObject({ _tag: 'Crashed', plugin: 'p' });
  expect(await runtime.call('p', 'version')).toBe(1);
  expect(runtime.plugins()).toMatchObject([{ plugin: 'p', version: 1, status: 'serving' }]);
  expect(errors).toEqual([]);
});
