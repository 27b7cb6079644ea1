import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { VersionLedger } from '../../../src/state/ledger/VersionLedger.js';
import { versionLedgers } from '../../../src/state/ledger/VersionLedger.js';

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
