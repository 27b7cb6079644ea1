import { isRight } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { ReloadErrorCodec } from '../../../src/model/codecs/ReloadEventCodec.js';
import { toReloadError } from '../../../src/model/reload/toReloadError.js';
import { messageOf } from '../../../src/model/unknownValue.js';

const unreadable = {
  get message(): string {
    throw new Error('never');
  },
};

describe('messageOf', () => {
  it.each<[string, unknown, string]>([
    ['an error', new TypeError('gone'), 'gone'],
    ['an error without a message', new TypeError(''), 'TypeError'],
    ['a ReloadError', { _tag: 'Io', plugin: 'a', message: 'the disk is full' }, 'the disk is full'],
    ['another object', { code: 5 }, '{"code":5}'],
    ['an object without a prototype', Object.create(null), '{}'],
    ['a string', 'gone', 'gone'],
    ['a symbol', Symbol('gone'), 'Symbol(gone)'],
    ['nothing', undefined, 'undefined'],
    [
      'an error whose name is no string',
      Object.assign(new Error(''), { name: Object.create(null) }),
      'an object that cannot be shown',
    ],
    ['an object that cannot be read', unreadable, 'an object that cannot be shown'],
  ])('finds words for %s', (_, cause, message) => {
    expect(messageOf(cause)).toBe(message);
  });
});

describe('toReloadError', () => {
  class DiskFull extends Error {
    readonly _tag = 'Io';
    readonly plugin = 'counter';
    readonly code = 'ENOSPC';
  }

  it("keeps the message and the fields of a host's own error class through JSON", () => {
    const error = toReloadError('counter', new DiskFull('the disk is full'));
    const decoded = ReloadErrorCodec.decode(JSON.parse(JSON.stringify(error)));

    expect(isRight(decoded)).toBe(true);
    expect(error).toMatchObject({ code: 'ENOSPC', message: 'the disk is full' });
  });

  it('describes a value that cannot be read', () => {
    const get = (): never => {
      throw new Error('trap');
    };
    const cause: unknown = new Proxy({}, { get, has: get, getPrototypeOf: get });

    expect(toReloadError('counter', cause)).toMatchObject({
      _tag: 'Unexpected',
      reason: 'an object that cannot be shown',
    });
  });

  it('returns a plain one unchanged', () => {
    const error = { _tag: 'Io', plugin: 'counter', message: 'the disk is full' };

    expect(toReloadError('counter', error)).toBe(error);
  });
});
