import { describe, expect, it } from 'vitest';
import { type KeyInput, readKeys } from '../../../src/cli/commands/readKeys.js';

/** A terminal of which the test types. */
function typing() {
  const done: string[] = [];
  const calls: string[] = [];
  let listener: ((text: string) => void) | undefined;
  const input: KeyInput = {
    setRawMode: (isRaw) => calls.push(`raw ${isRaw}`),
    setEncoding: () => undefined,
    on: (_, added) => (listener = added),
    off: () => (listener = undefined),
    resume: () => calls.push('resume'),
    pause: () => calls.push('pause'),
  };
  const end = readKeys(input, {
    reload: (plugin) => done.push(`reload ${plugin}`),
    clear: () => done.push('clear'),
    pause: () => done.push('pause'),
    dashboard: () => done.push('dashboard'),
    help: () => done.push('help'),
    quit: () => done.push('quit'),
    echo: () => undefined,
  });
  return { done, calls, end, type: (text: string) => listener?.(text) };
}

describe('keys', () => {
  it.each([
    ['c', ['clear']],
    ['p', ['pause']],
    ['d', ['dashboard']],
    ['h', ['help']],
    ['?', ['help']],
    ['q', ['quit']],
    ['\u0003', ['quit']],
    ['\u0004', ['quit']],
    ['r\r', ['reload ']],
    ['rcounter\r', ['reload counter']],
    ['rcouu\u007fnter\n', ['reload counter']],
    ['rxx\u001b', []],
    ['rq\u0003', ['quit']],
    ['xyz', []],
    ['cpc', ['clear', 'pause', 'clear']],
  ])('%j', (text, expected) => {
    const { type, done } = typing();
    for (const key of text) type(key);
    expect(done).toEqual(expected);
  });

  it('takes several keys that come together, and no arrow key', () => {
    const { type, done } = typing();
    type('\u001b[A');
    type('rcounter\rc');
    expect(done).toEqual(['reload counter', 'clear']);
  });

  it('gives the terminal back as it was', () => {
    const { type, done, calls, end } = typing();
    end();
    type('q');
    expect(done).toEqual([]);
    expect(calls).toEqual(['raw true', 'resume', 'raw false', 'pause']);
  });
});
