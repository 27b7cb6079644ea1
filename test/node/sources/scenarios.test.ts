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

/** The next chokidar, and a backend of somebody's own, where the peers of the bench are installed. */
const peer = (path: string) =>
  fileURLToPath(new URL(`../../bench/node_modules/${path}`, import.meta.url));
const next = peer('chokidar6/index.js');
const parcel = peer('@parcel/watcher/index.js');
/** `PARCEL=1` runs the example's backend too: one after the other, which takes minutes. */
const isParcelAsked = process.env['PARCEL'] === '1' && existsSync(parcel);
const backends: Readonly<Record<string, NonNullable<WatchOptions['backend']>>> = {
  ...{ chokidar: 'chokidar', nodeFs: 'nodeFs', polling: 'polling' },
  ...(existsSync(next) ? { 'chokidar 6': chokidarBackend(await import(next)) } : {}),
  ...(isParcelAsked ? { parcel: parcelBackend((await import(parcel)).default.subscribe) } : {}),
};

if (!existsSync(next)) console.log('skipped: chokidar 6 (npm run bench:install installs it)');

describe.each(Object.entries(backends))('over %s', (title, backend) => {
  // One thread serves all of its watchers, and batches what they see: a crowd of scenarios would wait for one another.
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
              const said = await w.settled();
              const distinct = mayRepeat === true ? [...new Set(said)] : said;
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
