import { left } from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { encodeState } from '../../../src/state/records/encodeUnsaved.js';

const bare: unknown = Object.create(null);

it.each<[string, unknown, string]>([
  ['an error', new Error('no'), 'no'],
  ['what cannot be turned into text', bare, '{}'],
])('refuses a state with a getter that throws %s', (_, thrown, told) => {
  const state = {
    get n(): never {
      throw thrown;
    },
  };
  const reason = `state cannot be read: ${told}`;
  expect(encodeState('p', state, 1000)).toMatchObject(left({ _tag: 'StateRejected', reason }));
});
