import type { Option } from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { expectTypeOf, it } from 'vitest';
import type { ReloadError } from '../../src/model/reload/ReloadError.js';
import {
  fileStateStore,
  memoryStateStore,
  type StateRecord,
  type StateStore,
} from '../../src/state/index.js';

it('is the store of the contract', () => {
  expectTypeOf(fileStateStore).parameter(0).toEqualTypeOf<string>();
  expectTypeOf(fileStateStore).returns.toEqualTypeOf<StateStore>();
  expectTypeOf(memoryStateStore).toEqualTypeOf<() => StateStore>();
  expectTypeOf<StateStore['save']>().toEqualTypeOf<
    (record: Omit<StateRecord, 'seq'>) => TaskEither<ReloadError, StateRecord>
  >();
  expectTypeOf<StateStore['load']>().returns.toEqualTypeOf<
    TaskEither<ReloadError, Option<StateRecord>>
  >();
});

it('takes no option that it does not have, and none that is undefined', () => {
  // @ts-expect-error [ts2353] -- the option is misspelt.
  fileStateStore('x', { generation: 3 });
  // @ts-expect-error [ts2375] -- with exactOptionalPropertyTypes, left out is not undefined.
  fileStateStore('x', { maxBytes: undefined });
});
