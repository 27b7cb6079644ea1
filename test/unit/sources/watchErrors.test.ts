import { describe, expect, it } from 'vitest';
import { watchErrorMessage } from '../../../src/sources/tree/WatchErrors.js';

const messageFor = (code: string, count: number, detail?: string) =>
  watchErrorMessage({ code, path: '/w/d', root: '/w', count, detail });

describe('the message of a watch error', () => {
  it.each([
    ['ENOSPC', '/w/d is polled instead', '3 directories under /w are polled instead'],
    ['EMFILE', '/w/d is polled instead', '3 directories under /w are polled instead'],
    ['EACCES', '/w/d cannot be read', '3 directories under /w cannot be read'],
    ['EACCES', 'It is tried again.', 'They are tried again.'],
    ['ERR_NAME', '/w/d cannot be watched', '3 files under /w cannot be watched'],
    ['ETIMEDOUT', 'It is polled instead.', 'They are polled instead.'],
    ['EBACKEND', '/w/d is not watched (EBACKEND)', '3 directories under /w are not watched'],
    ['EBACKEND', 'It is polled instead', 'They are polled instead'],
  ])('for %s agrees with its subject: %s, %s', (code, one, many) => {
    expect(messageFor(code, 1)).toContain(one);
    expect(messageFor(code, 3)).toContain(many);
  });

  it('for a filesystem without events names the filesystem', () => {
    expect(messageFor('DEGRADED', 1, 'nfs4')).toBe(
      '/w is on a filesystem that sends no events (nfs4). It is polled instead, which is slower.',
    );
  });
});
