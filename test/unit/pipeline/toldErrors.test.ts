import { expect, test } from 'vitest';
import type { WatchError } from '../../../src/model/events/WatchEvent.js';
import { ToldErrors } from '../../../src/pipeline/stream/ToldErrors.js';

const at = (path: string, code = 'EACCES'): WatchError => ({
  _tag: 'WatchError',
  code,
  path,
  message: `${path}: ${code}`,
});

function watching(): ToldErrors {
  const errors = new ToldErrors('/app/plugins');
  errors.watch(
    ['/data/shared/x.ts', '/app/lib.ts'],
    ['/app/plugins/tsconfig.json', '/app/tsconfig.json', '/tsconfig.json', '/far/target.ts'],
  );
  return errors;
}

test.each(['/app/plugins', '/app/plugins/a', '/data/shared/x.ts'])(
  'an error of the plugins is told, and its end: %s',
  (path) => {
    const [errors, error] = [watching(), at(path)];
    expect([errors.fails(error), errors.recovers(error), errors.recovers(error)]).toEqual([
      true,
      true,
      false,
    ]);
  },
);

test.each(['/data/shared', '/app', '/elsewhere'])(
  'an error of a directory that files in use are in, or that nobody knows, is told: %s',
  (path) => expect(watching().fails(at(path))).toBe(true),
);

test.each([
  ['/', 'ERR_BACKEND_PATH'],
  ['/tsconfig.json', 'ENOENT'],
  ['/app/tsconfig.json', 'ROOT_GONE'],
  ['/app/plugins/tsconfig.json', 'ENOENT'],
  ['/far', 'EACCES'],
  ['/far/target.ts', 'ENOENT'],
])('where nothing need be, nothing is told: %s %s', (path, code) => {
  const [errors, error] = [watching(), at(path, code)];
  expect([errors.fails(error), errors.recovers(error)]).toEqual([false, false]);
});
