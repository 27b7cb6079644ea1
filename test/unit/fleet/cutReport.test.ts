import { describe, expect, it } from 'vitest';
import { cutReport } from '../../../src/fleet/protocol/cutReport.js';
import { decodeReport } from '../../../src/fleet/protocol/HostReport.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { report } from './fleetWorld.js';

const bytesOf = (value: object) => Buffer.byteLength(JSON.stringify(value));
const event = (i: number, reason = 'r'): ReloadEvent => ({
  ...{ v: 1, i, atMs: i, plugin: 'p' },
  ...{ _tag: 'ReloadSkipped', reason },
});
const failure = (message: string, frame = '') => ({
  ...{ _tag: 'CompilationFailed', plugin: 'p', message, frame },
});

describe('a report that is larger than an engine takes', () => {
  it('is sent as it is while it fits', () => {
    const small = report('h', 'nack', { error: failure('no'), recent: [event(1), event(2)] });
    expect(cutReport(small)).toBe(small);
  });

  it.each([
    ['ascii', 'x'],
    ['three bytes a letter', '語'],
    ['escaped', '\u0000'],
  ])('keeps the newest events that fit, and stays a report: %s', (_, letter) => {
    for (const length of [200, 2_000, 8_000, 50_000, 100_000]) {
      const recent = Array.from({ length: 40 }, (_, i) => event(i, letter.repeat(length)));
      const cut = cutReport(report('h', 'nack', { error: failure('no'), recent }));
      expect(bytesOf(cut)).toBeLessThan(64_000);
      if (length <= 2_000) expect(cut.recent?.length).toBeGreaterThan(3);
      expect(decodeReport(JSON.parse(JSON.stringify(cut)))).toEqual(cut);
      expect(cut.error).toEqual(failure('no'));
      const kept = cut.recent ?? [];
      expect(recent.slice(recent.length - kept.length)).toEqual(kept);
    }
  });

  it('says what failed, also when the message alone is too long', () => {
    const error = failure(`no such file ${'語'.repeat(60_000)}`, 'f'.repeat(60_000));
    const cut = cutReport(report('h', 'nack', { error, recent: [event(1)] }));
    expect(bytesOf(cut)).toBeLessThan(64_000);
    expect(cut.error).toMatchObject({ _tag: 'CompilationFailed', plugin: 'p' });
    expect(cut.error?.message).toMatch(/^no such file .*…$/);
    expect(cut.recent).toEqual([event(1)]);
  });
});
