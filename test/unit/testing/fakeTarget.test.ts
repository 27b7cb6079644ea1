import { right } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Io } from '../../../src/model/reload/ReloadError.js';
import { type FakeReload, fakeTarget } from '../../../src/trace/virtual/fakeTarget.js';
import { VirtualTime } from '../../../src/trace/virtual/VirtualTime.js';

describe('fakeTarget', () => {
  it('never ends a reload that takes Infinity, on any scheduler', () => {
    const scheduler = new VirtualTime();
    const target = fakeTarget({ scheduler, reload: () => ({ takesMs: Infinity }) });
    const answers: unknown[] = [];
    void target
      .reloadPlugin('counter')()
      .then((answer) => answers.push(answer));
    scheduler.flush();

    expect(answers).toEqual([]);
    expect(scheduler.elapsedMs).toBe(0);
  });

  it('changes nothing by a reload that was aborted before it ended', () => {
    const scheduler = new VirtualTime();
    const target = fakeTarget({ scheduler, reload: (_, run) => ({ takesMs: run === 0 ? 9 : 1 }) });
    const abort = new AbortController();
    const answers: unknown[] = [];
    const late = target.reloadPlugin('counter', { signal: abort.signal });
    void late().then((answer) => answers.push(answer));
    abort.abort();
    void target
      .reloadPlugin('counter')()
      .then((answer) => answers.push(answer));
    scheduler.flush();

    expect(answers).toMatchObject([
      right({ from: 0, to: 1, stageMs: {} }),
      { left: { _tag: 'Aborted' } },
    ]);
    expect(target.plugins()).toEqual([{ plugin: 'counter', version: 1, status: 'serving' }]);
  });

  it('fails with all fields of the error', () => {
    const scheduler = new VirtualTime();
    const fails: FakeReload['fails'] = { _tag: 'Io', message: 'busy', code: 'EBUSY', path: 'a.ts' };
    const target = fakeTarget({ scheduler, reload: () => ({ fails }) });
    const answers: unknown[] = [];
    void target
      .reloadPlugin('counter')()
      .then((answer) => answers.push(answer));
    scheduler.flush();
    const io: Io = {
      _tag: 'Io',
      plugin: 'counter',
      message: 'busy',
      code: 'EBUSY',
      path: 'a.ts',
    };

    expect(answers).toEqual([{ _tag: 'Left', left: io }]);
  });
});
