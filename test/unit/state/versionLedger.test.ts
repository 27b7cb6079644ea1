import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { isRight, right } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { VersionLedger, versionLedgers } from '../../../src/state/ledger/VersionLedger.js';

const version = (fingerprint: string) => ({
  plugin: 'a',
  fingerprint,
  files: new Map([['/a/index.ts', fingerprint]]),
});

const step = fc.record({
  do: fc.constantFrom('crash', 'prove', 'drop', 'takeBack', 'goForward'),
  of: fc.constantFrom('x', 'y', 'z'),
});

test('a version during whose trial a host ended is refused beside a proven one, until it has proven itself or another has ended a host', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let ledger: VersionLedger = versionLedgers.confirmed(versionLedgers.empty, version('proven'));
      let suspect: string | undefined;
      for (const { do: what, of } of steps) {
        const tried = version(of);
        // What has proven itself is on trial no more.
        if (what !== 'takeBack' && versionLedgers.isConfirmed(ledger, tried)) continue;
        switch (what) {
          case 'crash':
            ledger = versionLedgers.afterStart(versionLedgers.begun(ledger, tried));
            suspect = of;
            break;
          case 'prove':
            ledger = versionLedgers.confirmed(versionLedgers.begun(ledger, tried), tried);
            if (suspect === of) suspect = undefined;
            break;
          case 'drop':
            ledger = versionLedgers.dropped(versionLedgers.begun(ledger, tried), tried);
            break;
          case 'takeBack':
            ledger = versionLedgers.tookBack(ledger, version('other'), {
              fingerprint: of,
              reason: 'slow',
            });
            if (suspect === of) suspect = undefined;
            break;
          case 'goForward':
            ledger = versionLedgers.wentForward(ledger, 'a');
        }
        const refused = ['x', 'y', 'z'].filter(
          (one) => versionLedgers.refusal(ledger, version(one), 3) !== undefined,
        );
        expect(refused).toEqual(suspect === undefined ? [] : [suspect]);
      }
    }),
  );
});

test('what has proven itself is refused no more, nor is a build that it came from, whatever ended hosts before', () => {
  const builds = { x: ['build-x'], y: ['build-y1', 'build-y2'] };
  const tried = fc.constantFrom('x', 'build-x', 'y', 'build-y1', 'build-y2');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(tried, fc.boolean()), { maxLength: 8 }),
      fc.constantFrom('x' as const, 'y' as const),
      fc.array(fc.constantFrom('x' as const, 'y' as const), { maxLength: 2 }),
      (trials, proven, provenBefore) => {
        let ledger: VersionLedger = versionLedgers.empty;
        for (const [of, isAlone] of trials) {
          ledger = versionLedgers.begun(ledger, version(of));
          if (!isAlone) ledger = versionLedgers.begun(ledger, { ...version('z'), plugin: 'b' });
          ledger = versionLedgers.afterStart(ledger);
        }
        for (const of of [...provenBefore, proven]) {
          ledger = versionLedgers.confirmed(ledger, { ...version(of), builds: builds[of] });
        }
        for (const of of [proven, ...builds[proven]]) {
          expect(versionLedgers.refusal(ledger, version(of), 3)).toBeUndefined();
          expect(versionLedgers.isSuspect(ledger, version(of))).toBe(false);
        }
      },
    ),
  );
});

describe('a ledger of versions', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const of = (plugin: string, fingerprint: string, builds?: readonly string[]) => ({
    ...version(fingerprint),
    plugin,
    ...(builds && { builds }),
  });
  const entry = (plugin: string, fingerprint: string, crashes = 0) => ({
    ...{ plugin, fingerprint, crashes },
    files: [{ path: '/a/index.ts', sha256: sha256(fingerprint) }],
  });
  const { empty, begun, dropped, confirmed, afterStart, tookBack, wentForward } = versionLedgers;

  test('notes a trial with the hashes of the files, one per plugin, and with the crashes so far', () => {
    const first = begun(begun(empty, of('a', 'x')), of('b', 'x'));
    expect(first.trials).toEqual([entry('a', 'x'), entry('b', 'x')]);
    const second = begun(first, of('a', 'y'));
    expect(second.trials).toEqual([entry('b', 'x'), entry('a', 'y')]);

    const crashed = afterStart(second);
    expect([crashed.trials, crashed.suspects]).toEqual([
      [],
      [entry('b', 'x', 1), entry('a', 'y', 1)],
    ]);
    expect(begun(crashed, of('a', 'y')).trials).toEqual([entry('a', 'y', 1)]);
    expect(begun(crashed, of('a', 'other')).trials).toEqual([entry('a', 'other')]);
    expect(begun(crashed, of('b', 'y')).trials).toEqual([entry('b', 'y')]);
  });

  test('counts each host that ended during a trial, and keeps the suspects of other plugins', () => {
    const once = afterStart(begun(begun(empty, of('a', 'x')), of('b', 'x')));
    const twice = afterStart(begun(once, of('a', 'x')));
    expect(twice.suspects).toEqual([entry('b', 'x', 1), entry('a', 'x', 2)]);
    expect(afterStart(twice)).toEqual(twice);
  });

  test('blames a build that was alone on trial, and nothing else so', () => {
    const alone = afterStart(begun(empty, of('a', 'build-1')));
    expect(alone.suspects).toEqual([{ ...entry('a', 'build-1', 1), isAlone: true }]);
    expect(versionLedgers.refusal(alone, of('a', 'build-1'), 3)).toEqual(alone.suspects[0]);
    const version1 = afterStart(begun(empty, of('a', 'x')));
    expect(version1.suspects).toEqual([entry('a', 'x', 1)]);
    expect(versionLedgers.refusal(version1, of('a', 'x'), 3)).toBeUndefined();
    const two = afterStart(begun(begun(empty, of('a', 'build-1')), of('b', 'build-1')));
    expect(two.suspects).toEqual([entry('a', 'build-1', 1), entry('b', 'build-1', 1)]);
  });

  test('forgets a trial that ends without a verdict, and no other', () => {
    const both = begun(begun(empty, of('a', 'x')), of('b', 'x'));
    expect(dropped(both, of('a', 'x')).trials).toEqual([entry('b', 'x')]);
    expect(dropped(both, of('a', 'y')).trials).toEqual(both.trials);
    expect(versionLedgers.isOnTrial(both, of('a', 'x'))).toBe(true);
    expect(versionLedgers.isOnTrial(both, of('a', 'y'))).toBe(false);
    expect(versionLedgers.isOnTrial(both, of('c', 'x'))).toBe(false);
  });

  test('keeps one proven version per plugin, with the builds that it came from', () => {
    const proven = confirmed(confirmed(empty, of('a', 'x', ['build-1'])), of('b', 'x'));
    expect(proven.confirmed).toEqual([
      { plugin: 'a', fingerprint: 'x', builds: ['build-1'] },
      { plugin: 'b', fingerprint: 'x' },
    ]);
    const newer = confirmed(proven, of('a', 'y'));
    expect(newer.confirmed).toEqual([
      { plugin: 'b', fingerprint: 'x' },
      { plugin: 'a', fingerprint: 'y' },
    ]);
    expect(versionLedgers.isConfirmed(newer, of('a', 'y'))).toBe(true);
    expect(versionLedgers.isConfirmed(newer, of('a', 'x'))).toBe(false);
    expect(versionLedgers.isConfirmedBuild(proven, of('a', 'build-1'))).toBe(true);
    expect(versionLedgers.isConfirmedBuild(proven, of('a', 'build-2'))).toBe(false);
    expect(versionLedgers.isConfirmedBuild(proven, of('b', 'build-1'))).toBe(false);
  });

  test('clears the version that has proven itself, and leaves other suspects and trials', () => {
    const suspects = [entry('a', 'x', 1), entry('b', 'x', 1)];
    const trials = [entry('a', 'x'), entry('b', 'x')];
    const ledger = { ...empty, suspects, trials };
    expect(confirmed(ledger, of('a', 'x'))).toMatchObject({
      suspects: [suspects[1]],
      trials: [trials[1]],
    });
    expect(confirmed(ledger, of('a', 'y'))).toMatchObject({ suspects, trials });
    expect(versionLedgers.isSuspect(ledger, of('a', 'x'))).toBe(true);
    expect(versionLedgers.isSuspect(ledger, of('a', 'y'))).toBe(false);
  });

  test('refuses a suspect at once where another version has proven itself, else after so many crashes', () => {
    const suspects = [entry('a', 'x', 2)];
    const refusal = (ledger: VersionLedger, maxCrashes: number) =>
      versionLedgers.refusal(ledger, of('a', 'x'), maxCrashes);
    expect(refusal({ ...empty, suspects }, 3)).toBeUndefined();
    expect(refusal({ ...empty, suspects }, 2)).toEqual(suspects[0]);
    const proven = (plugin: string, fingerprint: string) => ({
      ...{ ...empty, suspects },
      confirmed: [{ plugin, fingerprint }],
    });
    expect(refusal(proven('a', 'y'), 3)).toEqual(suspects[0]);
    expect(refusal(proven('a', 'x'), 3)).toBeUndefined();
    expect(refusal(proven('b', 'y'), 3)).toBeUndefined();
    expect(versionLedgers.refusal(proven('a', 'y'), of('a', 'z'), 1)).toBeUndefined();
  });

  test('notes what a person took back, trusts what serves in its place, and forgets that when they go forward', () => {
    const trials = [entry('a', 'y'), entry('b', 'y')];
    const first = tookBack({ ...empty, trials }, of('a', 'y'), {
      fingerprint: 'x',
      reason: 'slow',
    });
    const { plugin, fingerprint, files } = entry('a', 'y');
    expect(first.takenBack).toEqual([{ plugin, fingerprint, files, to: 'x', reason: 'slow' }]);
    expect(first.confirmed).toEqual([{ plugin: 'a', fingerprint: 'x' }]);
    expect(first.trials).toEqual([trials[1]]);

    const more = tookBack(first, of('b', 'y'), { fingerprint: 'w', reason: 'odd' });
    const again = tookBack(more, of('a', 'z'), { fingerprint: 'x', reason: 'slower' });
    expect(again.takenBack?.map((back) => [back.plugin, back.fingerprint])).toEqual([
      ['b', 'y'],
      ['a', 'z'],
    ]);
    expect(versionLedgers.takenBackOf(again, 'a')?.reason).toBe('slower');
    expect(versionLedgers.takenBackOf(again, 'c')).toBeUndefined();
    expect(versionLedgers.takenBackOf(empty, 'a')).toBeUndefined();
    expect(wentForward(again, 'a').takenBack).toEqual(more.takenBack?.slice(1));
    expect(wentForward(empty, 'a').takenBack).toEqual([]);
  });

  test('is read with and without what later versions of it added, and refused when a part is missing', () => {
    const trials = [entry('a', 'x')];
    const old = { confirmed: [{ plugin: 'a', fingerprint: 'x' }], trials, suspects: [] };
    const full = { ...old, suspects: [{ ...trials[0], isAlone: true }], takenBack: [] };
    for (const ledger of [old, full]) {
      expect(VersionLedger.decode(JSON.parse(JSON.stringify(ledger)))).toEqual(right(ledger));
    }
    const parts = [
      { ...old, trials: undefined },
      { ...old, confirmed: [{ plugin: 'a' }] },
      { ...old, suspects: [{ plugin: 'a', fingerprint: 'x', files: [{ path: 'p' }], crashes: 1 }] },
      { ...old, suspects: [{ ...trials[0], crashes: undefined }] },
      { ...old, takenBack: [{ plugin: 'a', fingerprint: 'x', files: [], to: 'y' }] },
    ];
    for (const part of parts) expect(isRight(VersionLedger.decode(part))).toBe(false);
  });
});
