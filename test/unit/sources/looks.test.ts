import { dirname } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { WatchError } from '../../../src/model/events/WatchEvent.js';
import { nodeFileSystem } from '../../../src/sources/adapters/nodeFileSystem.js';
import { Looks } from '../../../src/sources/tree/Looks.js';
import { WatchErrors } from '../../../src/sources/tree/WatchErrors.js';

const CHAIN = ['/w', '/w/a', '/w/a/b', '/w/a/b/c', '/w/a/b/c/d'];

/** A disk on which some directories may not be searched; what is below one of them cannot be looked at. */
function looksWithout(denied: ReadonlySet<string>) {
  const told: WatchError[] = [];
  const errors = new WatchErrors({
    rootOf: () => '/w',
    onError: (error) => told.push(error),
    onRecovered: () => undefined,
  });
  const isBelowDenied = (path: string): boolean =>
    path !== '/' && (denied.has(dirname(path)) || isBelowDenied(dirname(path)));
  const fileSystem = {
    ...nodeFileSystem,
    look: (path: string) =>
      isBelowDenied(path) ? ({ kind: 'unreadable', code: 'EACCES' } as const) : undefined,
  };
  return { looks: new Looks({ fileSystem, errors, followSymlinks: false }), errors, told };
}

it('names the outermost directory that denies, whatever was looked at, in whatever order', () => {
  fc.assert(
    fc.property(
      fc.subarray(CHAIN, { minLength: 1 }),
      fc.shuffledSubarray([...CHAIN.slice(1), '/w/a/b/c/d/e.ts'], { minLength: 1 }),
      (denied, looked) => {
        const { looks, errors, told } = looksWithout(new Set(denied));
        for (const path of looked) {
          looks.at(path);
          errors.flush();
        }
        const [outermost = ''] = denied;
        const isFound = looked.some((path) => path.startsWith(`${outermost}/`));
        expect(told.map(({ code, path }) => [code, path])).toEqual(
          isFound ? [['EACCES', outermost]] : [],
        );
      },
    ),
  );
});

it('names a directory whose names cannot be read, when it can be looked at', () => {
  const { looks, errors, told } = looksWithout(new Set());
  looks.failed('EACCES', '/w/a/b');
  errors.flush();

  expect(told.map(({ path }) => path)).toEqual(['/w/a/b']);
});
