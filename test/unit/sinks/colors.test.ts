import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { showsColors } from '../../../src/sinks/terminal/colors.js';

describe('showsColors', () => {
  it.each<[string | undefined, boolean | undefined, boolean]>([
    [undefined, true, true],
    ['', true, true],
    ['1', true, false],
    ['0', true, false],
    [undefined, undefined, false],
    ['', false, false],
  ])('NO_COLOR %j, a terminal %j: %j', (value, isTTY, isColored) => {
    vi.stubEnv('NO_COLOR', value);
    onTestFinished(() => void vi.unstubAllEnvs());

    expect(showsColors({ isTTY })).toBe(isColored);
  });
});
