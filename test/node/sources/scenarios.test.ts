import { existsSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parcelBackend } from '../../../examples/parcelBackend.js';
import { chokidarBackend, type WatchOptions } from '../../../src/sources/index.js';
import { scenarios } from '../../cases/source/scenarios.js';
import { withWatched } from '../../cases/source/watched.js';

const isInstalled = (program: string) =>
  (process.env['PATH'] ?? '').split(':').some((dir) => existsSync(join(dir, program)));

/** chokidar 6 and a backend of a caller's own, if the packages of the bench are installed. */
const peer = (path: string) =>
  fileURLToPath(new URL(`../../../bench/node_modules/${path}`, import.meta.url));
const next = peer('chokidar6/index.js');
const parcel = peer('@parcel/watcher/index.js');
/** `PARCEL=1` runs the backend of the example too: one scenario at a time, which takes minutes. */
const isParcelAsked = process.env['PARCEL'] === '1' && existsSync(parcel);
const backends: Readonly<Record<string, NonNullable<WatchOptions['backend']>>> = {
  chokidar: 'chokidar',
  nodeFs: 'nodeFs',
  polling: 'polling',
  ...(existsSync(next) ? { 'chokidar 6': chokidarBackend(await import(next)) } : {}),
  ...(isParcelAsked ? { parcel: parcelBackend((await import(parcel)).default.subscribe) } : {}),
};

if (!existsSync(next)) console.log('skipped: chokidar 6 (npm run bench:install installs it)');

describe.each(Object.entries(backends))('over %s', (title, backend) => {
  // One thread serves all watchers of parcel and batches their events: concurrent scenarios would delay each other.
  const run = title === 'parcel' ? it : it.concurrent;
  describe.each(Object.keys(scenarios))('%s', (group) => {
    for (const scenario of scenarios[group]!) {
      const { name, needs, files = {}, options = {}, act, expected, mayRepeat } = scenario;
      const isPossible = needs === undefined || isInstalled(needs);
      (isPossible ? run : it.skip)(
        isPossible ? name : `${name} (${needs} is not installed)`,
        async () => {
          await withWatched({ ...options, backend, files }, async (w) => {
            try {
              await act(w);
              const reported = await w.settled();
              const distinct = mayRepeat === true ? [...new Set(reported)] : reported;
              expect(distinct.toSorted()).toEqual(expected.toSorted());
            } finally {
              const dir = dirname(w.dir);
              for (const part of ['x', 'y', 'd', 'root']) {
                rmSync(join(dir, `${basename(w.dir)}-outside-${part}`), {
                  recursive: true,
                  force: true,
                });
              }
            }
          });
        },
      );
    }
  });
});

it('has at least seventy scenarios', () => {
  expect(Object.values(scenarios).flat().length).toBeGreaterThanOrEqual(70);
});
