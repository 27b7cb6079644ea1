import { existsSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { chokidarBackend, type WatchOptions } from '../../src/sources/index.js';
import { scenarios } from '../cases/source/scenarios.js';
import { withWatched } from '../cases/source/watched.js';

const isInstalled = (program: string) =>
  (process.env['PATH'] ?? '').split(':').some((dir) => existsSync(join(dir, program)));

/** The next chokidar, where the peers of the bench are installed. */
const next = fileURLToPath(new URL('../../bench/node_modules/chokidar6/index.js', import.meta.url));
const backends: Readonly<Record<string, NonNullable<WatchOptions['backend']>>> = {
  ...{ chokidar: 'chokidar', nodeFs: 'nodeFs', polling: 'polling' },
  ...(existsSync(next) ? { 'chokidar 6': chokidarBackend(await import(next)) } : {}),
};

describe.each(Object.entries(backends))('over %s', (_name, backend) => {
  describe.each(Object.keys(scenarios))('%s', (group) => {
    for (const scenario of scenarios[group]!) {
      const { name, needs, files = {}, options = {}, act, expected, mayRepeat } = scenario;
      const isPossible = needs === undefined || isInstalled(needs);
      (isPossible ? it.concurrent : it.skip)(name, async () => {
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
      });
    }
  });
});

it('has at least seventy scenarios', () => {
  expect(Object.values(scenarios).flat().length).toBeGreaterThanOrEqual(70);
});
