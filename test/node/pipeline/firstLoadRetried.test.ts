import { none } from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { expect, test } from 'vitest';
import type { StateStore } from '../../../src/model/reload/StateStore.js';
import { constant } from '../../../src/policies/backoff/constant.js';
import { startHost } from './pluginChain.js';

/** A store whose disk does not answer the first times that it is read. */
function storeThatFails(times: number): StateStore & { readonly readCount: number } {
  let readCount = 0;
  return {
    get readCount() {
      return readCount;
    },
    save: (record) => TE.right({ ...record, seq: 1 }),
    load: (plugin) => {
      readCount += 1;
      if (readCount > times) return TE.right(none);
      const message = 'the disk did not answer';
      return TE.left({ _tag: 'Io', plugin, code: 'EIO', path: 'state', message });
    },
    history: () => TE.right([]),
    remove: () => TE.right(undefined),
    close: () => Promise.resolve(),
  };
}

test('a host whose store cannot be read for a moment at its start serves, though nobody saves a file', async () => {
  const store = storeThatFails(2);
  const host = await startHost(
    ({ lay }) => lay('counter', '1.0.0'),
    { backoff: { delay: constant(20) } },
    { store },
  );
  await host.until(() => host.runtime.plugins().some(({ status }) => status === 'serving'));

  expect(await host.runtime.call('counter', 'next')).toBe(1);
  await host.runtime.ready();
  await host.until(() => host.lastEnd('counter')?._tag === 'Loaded');
  expect(host.of('counter').map(({ _tag }) => _tag)).toEqual([
    'ReloadFailed',
    'ReloadStarted',
    'ReloadFailed',
    'RetryScheduled',
    'ReloadStarted',
    'Loaded',
  ]);
  expect(store.readCount).toBe(3);
});
