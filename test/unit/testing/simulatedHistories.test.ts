import { describe, expect, it } from 'vitest';
import type { ReloadError } from '../../../src/model/reload/ReloadError.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { ioFailure } from '../../../src/model/reload/sourceFailures.js';
import { stateNotSaved } from '../../../src/model/reload/stateFailures.js';
import { type SimulatedAct, simulate } from '../../../src/testing/index.js';
import { checkAttempts } from '../../../src/testing/simulator/checks/checkAttempts.js';
import { checkNewest } from '../../../src/testing/simulator/checks/checkNewest.js';
import { drawRun } from '../../../src/testing/simulator/drawRun.js';
import type { RunObserver } from '../../../src/testing/simulator/observe/RunObserver.js';
import { RunReport } from '../../../src/testing/simulator/observe/RunReport.js';
import type {
  PluginContent,
  PluginProgram,
} from '../../../src/testing/simulator/plugin/PluginProgram.js';

const LONG_MS = 60_000;

/** A file with a part, as version 2 of p0 came from it. */
const program: PluginProgram = { id: 41, startMs: 0, imports: 'computed' };
const suspect: PluginProgram = {
  ...{ id: 37, startMs: 0, imports: 'static', format: 2, migrates: 'any' },
};
const inWorker: PluginProgram = { id: 0, startMs: 0, inWorker: true };
const write: SimulatedAct = { afterMs: 25, do: 'write', plugin: 0, program };
const readOnly: SimulatedAct = { afterMs: 25, do: 'diskOutage', code: 'EROFS', forMs: 700 };
const lostHints: SimulatedAct = { afterMs: 25, do: 'hints', fate: 'lose', count: 10, delayMs: 120 };
const moveAway: SimulatedAct = { afterMs: 50, do: 'moveAway', plugin: 0 };
const replaced: SimulatedAct = { afterMs: 70, do: 'rollback', plugin: 0, by: 'replace', back: 1 };
const quiet: SimulatedAct = { afterMs: 0, do: 'quiet' };
/** Nobody looks any more at what the attempt before has found. */
const long = { afterMs: 15_000, plugin: 0 };
const linked: SimulatedAct = {
  ...{ afterMs: 25, do: 'write', plugin: 0, program: { id: 41, startMs: 0, imports: 'linked' } },
};
const leadLink = { ...long, do: 'leadLink' as const };
const writeRelease = { ...long, do: 'writeRelease' as const, release: 2, part: 77 };
const back = (afterMs: number): SimulatedAct => ({ afterMs, do: 'moveBack', plugin: 0 });

describe('a history that breaks no promise', () => {
  it.each<[string, number, readonly SimulatedAct[]]>([
    [
      'a version is taken back, after another part made another version of its files',
      2010,
      [write, { afterMs: 70, do: 'writePart', plugin: 0, part: 47 }, { ...replaced, afterMs: 0 }],
    ],
    [
      'a part is written that only a suspect uses, while a copy of the version before it serves',
      1075,
      [
        { afterMs: 0, do: 'loader', plugin: 1, fate: 'hang', takesMs: 2 },
        { afterMs: 40, do: 'write', plugin: 1, program: suspect },
        { afterMs: 70, do: 'crash', kind: 'kill', afterCalls: 18, seed: 1117413937 },
        { afterMs: 0, do: 'writePart', plugin: 1, part: 46 },
      ],
    ],
    [
      'nobody sees that a folder was away, whose content has failed',
      2258,
      [readOnly, write, lostHints, moveAway, back(60)],
    ],
    ['its way away and back is nothing in one window', 2258, [readOnly, write, moveAway, back(14)]],
    [
      'a link is led to another release, long after its plugin was loaded',
      1,
      [linked, quiet, { ...leadLink, release: 2 }, quiet, writeRelease, quiet],
    ],
    [
      'a link is led to a release that is not there yet',
      2,
      [linked, quiet, { ...leadLink, release: 3 }, quiet, { ...writeRelease, release: 3 }, quiet],
    ],
    [
      'nobody sees that a folder was away, whose version was taken back',
      2258,
      [write, replaced, moveAway, back(3)],
    ],
    [
      'a build never ends, the next one does, and then a file is written that nothing uses',
      88,
      [
        { afterMs: 1, do: 'loader', plugin: 1, fate: 'hang', takesMs: 2 },
        { afterMs: 0, do: 'write', plugin: 1, program },
        { ...long, do: 'appendUnused', plugin: 1, file: 5 },
      ],
    ],
    [
      'the clock is set back, and a log is told of again',
      88,
      [
        { afterMs: 0, do: 'appendUnused', plugin: 1, file: 0 },
        { afterMs: 5_000, do: 'clock', byMs: -3_600_000 },
        { afterMs: 5_000, do: 'appendUnused', plugin: 1, file: 0 },
        { afterMs: 5_000, do: 'call', plugin: 1, takesMs: 0 },
      ],
    ],
    [
      'a file that is nearer comes and is gone unseen, long after the state of that content could not be saved',
      90_517,
      [
        { afterMs: 0, do: 'diskError', code: 'EIO', afterCalls: 3, count: 10 },
        {
          ...{ afterMs: 0, do: 'write', plugin: 2 },
          program: { id: 5, startMs: 0, imports: 'nearest' },
        },
        { afterMs: 14_000, do: 'writeNearer', plugin: 2, part: 6 },
        { afterMs: 0, do: 'removeNearer', plugin: 2 },
      ],
    ],
    [
      'all is quiet while a thread is started again, and has not been told what to load',
      90_085,
      [
        { afterMs: 25, do: 'write', plugin: 1, program: { ...inWorker, id: 11, migrates: 'any' } },
        {
          ...{ afterMs: 8, do: 'write', plugin: 0 },
          program: { ...inWorker, id: 15, startMs: 5, stopsFirst: true, exitsAt: 'idle' },
        },
        { afterMs: 70, do: 'remove', plugin: 2 },
      ],
    ],
    [
      'a swap gives up a call that a busy thread has not taken up, and the thread runs it later',
      92_490,
      [
        { afterMs: 1, do: 'thread', plugin: 0, at: 'idle', fate: { kind: 'stalls', forMs: 400 } },
        { afterMs: 0, do: 'call', plugin: 0, takesMs: 30 },
        {
          afterMs: 0,
          do: 'write',
          plugin: 0,
          program: { id: 14, startMs: 0, needs: { p1: '^1.0.0' } },
        },
        { afterMs: 70, do: 'thread', plugin: 2, at: 'load', fate: { kind: 'stalls', forMs: 15 } },
        { afterMs: 0, do: 'call', plugin: 0, takesMs: 0, nestedCount: 1 },
      ],
    ],
    [
      'a thread that is started again dies before it serves: that is one death, and not two',
      93_124,
      [
        { afterMs: 3, do: 'thread', plugin: 0, at: 'call', fate: { kind: 'dies', how: 'after' } },
        {
          afterMs: 3,
          do: 'thread',
          plugin: 0,
          at: 'init',
          fate: { kind: 'dies', how: 'told first' },
        },
        { afterMs: 0, do: 'call', plugin: 0, takesMs: 2 },
        { afterMs: 4, do: 'call', plugin: 0, takesMs: 2 },
      ],
    ],
    [
      'the clock is set forward by an hour: a version has not run any longer',
      92_053,
      [
        {
          afterMs: 70,
          do: 'tornWrite',
          plugin: 2,
          program: { id: 4, startMs: 0, stopsFirst: true, inWorker: true, exitsAt: 'call' },
          gapMs: 12,
        },
        { afterMs: 4, do: 'call', plugin: 2, takesMs: 2 },
        { afterMs: 4, do: 'call', plugin: 0, takesMs: 0 },
        { afterMs: 4, do: 'call', plugin: 0, takesMs: 0 },
        { afterMs: 1, do: 'call', plugin: 1, takesMs: 0 },
        { afterMs: 1, do: 'call', plugin: 2, takesMs: 0 },
        {
          afterMs: 70,
          do: 'tornWrite',
          plugin: 0,
          program: { id: 6, startMs: 1, imports: 'computed' },
          gapMs: 90,
        },
        { afterMs: 0, do: 'clock', byMs: 3_600_000 },
        { afterMs: 0, do: 'call', plugin: 2, takesMs: 0 },
      ],
    ],
    [
      'a dead thread could not be started again in time: what comes next has no state of it',
      93_950,
      [
        {
          afterMs: 0,
          do: 'write',
          plugin: 0,
          program: { id: 7, startMs: 5, imports: 'static', stopsFirst: true, inWorker: true },
        },
        { afterMs: 4, do: 'call', plugin: 0, takesMs: 2 },
        { afterMs: 15, do: 'write', plugin: 1, program: { id: 17, startMs: 0, inWorker: true } },
        {
          afterMs: 70,
          do: 'thread',
          plugin: 0,
          at: 'health',
          fate: { kind: 'stalls', forMs: 400 },
        },
        {
          afterMs: 0,
          do: 'write',
          plugin: 0,
          program: { id: 19, startMs: 5, imports: 'static', inWorker: true, fault: 'bumpThrows' },
        },
        { afterMs: 4, do: 'call', plugin: 0, takesMs: 2 },
        { afterMs: 0, do: 'thread', plugin: 0, at: 'idle', fate: { kind: 'dies', how: 'within' } },
        { afterMs: 1, do: 'call', plugin: 2, takesMs: 0 },
        { afterMs: 4, do: 'call', plugin: 2, takesMs: 0, nestedCount: 1 },
        { afterMs: 4, do: 'call', plugin: 2, takesMs: 0 },
      ],
    ],
  ])('%s', { timeout: LONG_MS }, async (_, seed, history) => {
    expect((await simulate({ seed, steps: 600, history })).violations).toEqual([]);
  });
});

/** What the check says at quiet, when version 1 of p0 serves and its file holds `program`, which version 2 ran with part 0. */
function violationsAfter(happens: (check: RunObserver, emit: (event: Told) => void) => void) {
  const report = new RunReport();
  const setup = { ...drawRun({ seed: 1 }).setup, plugins: ['p0'] };
  const now = { ms: 0 };
  const versions = {
    programOf: (_: string, version: number) => (version === 2 ? program.id : 1),
    partOf: (_: string, version: number) => (version === 2 ? 0 : undefined),
    runs: (_: string, version: number, content: PluginContent) =>
      version === 2 && content.program?.id === program.id && content.part === 0,
  };
  const check = checkNewest({ setup, report, nowMs: () => now.ms, servingOf: () => 1 }, versions);
  const emit = (event: Told) => {
    now.ms += 10;
    check.eventEmitted?.({ v: 1, i: 0, atMs: now.ms, plugin: 'p0', ...event });
    now.ms += 10;
  };
  check.programWritten?.('p0', program);
  happens(check, emit);
  check.quietReached?.();
  return report.violations.map(({ message }) => message);
}

type Told =
  | Pick<
      Extract<ReloadEvent, { _tag: 'ReloadStarted' }>,
      '_tag' | 'attempt' | 'changes' | 'cause' | 'queuedMs'
    >
  | Omit<Extract<ReloadEvent, { _tag: 'ChangeDetected' }>, 'v' | 'i' | 'atMs' | 'plugin'>
  | { readonly _tag: 'Removed'; readonly changes: readonly number[] }
  | {
      readonly _tag: 'ReloadFailed';
      readonly error: ReloadError;
      readonly stillServing: number;
      readonly willRetry: boolean;
      readonly changes: readonly number[];
    }
  | {
      readonly _tag: 'RolledBack';
      readonly from: number;
      readonly to: number;
      readonly reason: string;
    };

const failed = (error: ReloadError): Told => ({
  _tag: 'ReloadFailed',
  error,
  stillServing: 1,
  willRetry: false,
  changes: [],
});
const notSaved = failed(stateNotSaved('p0', 'the disk is full'));
const started: Told = {
  ...{ _tag: 'ReloadStarted', attempt: 2, changes: [], cause: 'retry', queuedMs: 0 },
};
const changed: Told = {
  ...{ _tag: 'ChangeDetected', paths: ['p0/part.js'], windowMs: 20, change: 1, count: 1 },
  ...{ firstAtMs: 0, lastAtMs: 0, kinds: ['Modified'], closedBy: 'quiet' },
};
const noFolder = failed(ioFailure('p0', 'p0', 'ENOENT'));
const rolledBack: Told = { _tag: 'RolledBack', from: 2, to: 1, reason: 'ordered' };
const lost = ['p0 serves content 1, the newest is 41'];

describe('the check of invariant 8', () => {
  const isAwayAndBack = (check: RunObserver, meanwhile: () => void = () => undefined) => {
    check.folderRemoved?.('p0');
    meanwhile();
    check.programWritten?.('p0', program);
  };

  it('takes a failure for that of the content that was away unseen', () => {
    expect(
      violationsAfter((check, emit) => {
        emit(notSaved);
        isAwayAndBack(check);
      }),
    ).toEqual([]);
  });

  it.each<[string, Told]>([
    ['the plugin was unloaded meanwhile', { _tag: 'Removed', changes: [] }],
    ['a reload has found no folder', noFolder],
  ])('wants the content that was away to serve when %s', (_, event) => {
    expect(
      violationsAfter((check, emit) => {
        emit(notSaved);
        isAwayAndBack(check, () => emit(event));
      }),
    ).toEqual(lost);
  });

  it('wants another content than the one that failed to serve when that is back', () => {
    expect(
      violationsAfter((check, emit) => {
        check.programWritten?.('p0', { id: 40, startMs: 0 });
        emit(notSaved);
        isAwayAndBack(check);
      }),
    ).toEqual(lost);
  });

  it('takes a failure for that of a part that was another one unseen', () => {
    expect(
      violationsAfter((check, emit) => {
        emit(notSaved);
        for (const part of [47, 48, 0]) check.partWritten?.('p0', part);
      }),
    ).toEqual([]);
  });

  it.each<[string, Told[]]>([
    ['the other part was told', [changed]],
    ['a reload may have read it', [started]],
    ['it is not back', []],
  ])('wants the newest content to serve where a part was another one, and %s', (_, told) => {
    expect(
      violationsAfter((check, emit) => {
        emit(notSaved);
        check.partWritten?.('p0', 47);
        for (const event of told) emit(event);
        if (told.length > 0) check.partWritten?.('p0', 0);
      }),
    ).toEqual(lost);
  });

  it('leaves a version that was taken back while its part was another one unseen', () => {
    for (const backBefore of [true, false]) {
      const messages = violationsAfter((check, emit) => {
        if (backBefore) emit(rolledBack);
        check.partWritten?.('p0', 47);
        if (!backBefore) emit(rolledBack);
        check.partWritten?.('p0', 0);
      });
      expect(messages).toEqual([]);
    }
  });

  it('leaves a version that was taken back where it is, until another part makes another one', () => {
    expect(violationsAfter((_, emit) => emit(rolledBack))).toEqual([]);
    expect(
      violationsAfter((check, emit) => {
        check.partWritten?.('p0', 47);
        emit(rolledBack);
      }),
    ).toEqual(lost);
  });
});

describe('the check of invariant 10', () => {
  it('counts the work of an attempt, and not its waits for other plugins', () => {
    const report = new RunReport();
    const setup = {
      ...drawRun({ seed: 1 }).setup,
      plugins: ['p0'],
      reloadTimeoutMs: 350,
      hasWorkers: false,
    };
    const now = { ms: 0 };
    const check = checkAttempts({ setup, report, nowMs: () => now.ms, servingOf: () => 1 });
    const pass = (ms: number) => {
      now.ms += ms;
      check.stepEnded?.(new Map());
      return report.violations.length;
    };
    check.eventEmitted?.({ v: 1, i: 0, atMs: 0, plugin: 'p0', ...started, attempt: 1 });
    pass(100);
    check.waitBegan?.('p0');
    check.waitBegan?.('p0');
    pass(2_000);
    check.waitEnded?.('p0');
    pass(2_000);
    check.waitEnded?.('p0');
    expect(pass(250)).toBe(0);
    expect(pass(1)).toBe(1);
  });
});
