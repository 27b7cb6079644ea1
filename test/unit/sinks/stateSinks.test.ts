import { left, right } from 'fp-ts/lib/Either.js';
import { none, some } from 'fp-ts/lib/Option.js';
import { catchError, firstValueFrom, lastValueFrom, type Observable, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/model/reload/Change.js';
import type { ReloadTarget } from '../../../src/model/reload/ReloadTarget.js';
import type { StateRecord } from '../../../src/model/reload/StateStore.js';
import { reloadPlugin } from '../../../src/sinks/reloadPlugin.js';
import { restoreState } from '../../../src/sinks/restoreState.js';
import { saveState } from '../../../src/sinks/saveState.js';
import { fakeTarget } from '../../../src/trace/virtual/fakeTarget.js';

const STATE = { count: 3 };
const change: Change = { plugin: 'counter', events: [], firstAtMs: 0, lastAtMs: 0, eventCount: 1 };
const all = <T>(events$: Observable<T>) => lastValueFrom(events$.pipe(toArray()));
const keepIn = (kept: StateRecord[]) => (record: Omit<StateRecord, 'seq'>) => async () => {
  const saved = { ...record, seq: kept.length + 1 };
  kept.push(saved);
  return right(saved);
};
const holding = (state: unknown): ReloadTarget => ({
  ...fakeTarget(),
  getPluginState: () => async () => right(some(state)),
});

describe('saveState', () => {
  it('saves what the plugin holds, and emits its size and hash, never the state', async () => {
    const kept: StateRecord[] = [];
    const events = await all(
      saveState(holding(STATE), 'counter', { saveTo: { save: keepIn(kept) } }),
    );

    expect(kept).toEqual([{ plugin: 'counter', schema: 1, codeHash: '', seq: 1, state: STATE }]);
    expect(events).toEqual([
      {
        _tag: 'StateSaved',
        plugin: 'counter',
        bytes: 11,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });

  it("saves under the target's stamp, unless its options say otherwise", async () => {
    const kept: StateRecord[] = [];
    const saveTo = { save: keepIn(kept) };
    const target = { ...holding(STATE), stateStampOf: () => ({ schema: 4, codeHash: 'abc' }) };
    await all(saveState(target, 'counter', { saveTo }));
    await all(saveState(target, 'counter', { saveTo, schema: 5 }));
    await all(saveState({ ...target, stateStampOf: () => undefined }, 'counter', { saveTo }));

    expect(kept).toMatchObject([
      { schema: 4, codeHash: 'abc' },
      { schema: 5, codeHash: 'abc' },
      { schema: 1, codeHash: '' },
    ]);
  });

  it('emits nothing for a plugin without state', async () => {
    const kept: StateRecord[] = [];

    expect(
      await all(saveState(fakeTarget(), 'counter', { saveTo: { save: keepIn(kept) } })),
    ).toEqual([]);
    expect(kept).toEqual([]);
  });
});

describe('restoreState', () => {
  const record: StateRecord = { plugin: 'counter', seq: 7, schema: 1, codeHash: '', state: STATE };

  it('gives the plugin its newest state, and the `state-version` of it', async () => {
    const given: unknown[] = [];
    const target: ReloadTarget = {
      ...fakeTarget(),
      restorePluginState: (_, state, schema) => async () => {
        given.push(state, schema);
        return right(undefined);
      },
    };
    const loadFrom = { load: () => async () => right(some({ ...record, schema: 3 })) };

    expect(await all(restoreState(target, 'counter', { loadFrom }))).toMatchObject([
      { _tag: 'StateRestored', plugin: 'counter', bytes: 11 },
    ]);
    expect(given).toEqual([STATE, 3]);
  });

  it('does nothing when nothing was ever saved', async () => {
    const loadFrom = { load: () => async () => right(none) };

    expect(await all(restoreState(fakeTarget(), 'counter', { loadFrom }))).toEqual([]);
  });

  it('errors with the failure of a store that cannot read', async () => {
    const error = { _tag: 'StateCorrupt', plugin: 'counter', message: 'no valid record' };
    const loadFrom = { load: () => async () => left(error) };
    const failed$ = restoreState(fakeTarget(), 'counter', { loadFrom }).pipe(
      catchError((cause) => of(cause)),
    );

    expect(await firstValueFrom(failed$)).toBe(error);
  });
});

describe('reloadPlugin', () => {
  it('emits what was saved and restored on the way', async () => {
    const kept: StateRecord[] = [];
    const target: ReloadTarget = {
      ...fakeTarget(),
      reloadPlugin: (plugin, options) => async () => {
        await options?.saveState?.({ plugin, schema: 1, codeHash: 'h', state: STATE })();
        return right({
          from: 1,
          to: 2,
          stageMs: { save: 1 },
          restored: { bytes: 11, sha256: 'abc' },
        });
      },
    };
    const events = await all(reloadPlugin(target, change, { saveTo: { save: keepIn(kept) } }));

    expect(events).toMatchObject([
      { _tag: 'ReloadStarted', attempt: 1 },
      { _tag: 'StateSaved', bytes: 11 },
      { _tag: 'StateRestored', bytes: 11, sha256: 'abc' },
      { _tag: 'Reloaded', from: 1, to: 2, stageMs: { save: 1 } },
    ]);
    expect(kept).toHaveLength(1);
  });

  it('reloads once per subscription', async () => {
    const target = fakeTarget();
    const reload$ = reloadPlugin(target, change);
    await all(reload$);
    await all(reload$);

    expect(target.calls).toHaveLength(2);
  });

  it('throws for a deadline that is not above 0', () => {
    expect(() => reloadPlugin(fakeTarget(), change, { timeoutMs: 0 })).toThrow(
      'reloadPlugin: timeoutMs (0) is not above 0',
    );
  });
});
