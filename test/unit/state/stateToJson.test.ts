import { left } from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { stateToJson } from '../../../src/state/records/prepareRecord.js';

const bare: unknown = Object.create(null);

it.each<[string, unknown, string]>([
  ['an error', new Error('no'), 'no'],
  ['an object that has no text', bare, '{}'],
])('refuses a state with a getter that throws %s', (_, thrown, text) => {
  const state = {
    get n(): never {
      throw thrown;
    },
  };
  const reason = `state cannot be read: ${text}`;
  expect(stateToJson('p', state, 1000)).toMatchObject(left({ _tag: 'StateRejected', reason }));
});
