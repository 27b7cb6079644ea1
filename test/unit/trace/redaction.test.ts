import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/pipeline/record/Redactor.js';
import { oddRun, ROOT } from './oddRun.js';

const PATH = `${ROOT}/counter/secret.ts`;

function redactor(level: 'none' | 'paths' | 'all', root: string | undefined = ROOT) {
  return new Redactor({ level, root, salt: 'salt' });
}

describe('Redactor', () => {
  it('never writes what was planted in paths, messages, sources and states', async () => {
    for (let seed = 100; seed < 110; seed += 1) {
      const { trace } = await oddRun(seed, { redact: seed % 2 === 0 ? 'paths' : 'all' });
      const text = JSON.stringify(trace);
      expect(text, `seed ${seed}`).not.toMatch(/secret|\/home\/ann/);
      if (seed % 2 === 1) expect(text).not.toMatch(/counter|clock|chat/);
    }
  }, 60_000);

  it('never writes the directories above the root, whatever the level', () => {
    const hide = redactor('none');
    expect(hide.path(PATH)).toBe('/r1/r2/r3/plugins/counter/secret.ts');
    expect(hide.text(`in ${ROOT}/a and /home/ann/other`)).toBe(
      'in /r1/r2/r3/plugins/a and /r1/r2/other',
    );
    expect(hide.text('/home/annabel and /homes')).toBe('/r1/annabel and /homes');
  });

  it('keeps equality, and what a path is relative to', () => {
    const hide = redactor('paths');
    expect(hide.path(PATH)).toBe(hide.path(PATH));
    expect(hide.path(PATH)).not.toBe(hide.path(`${ROOT}/clock/secret.ts`));
    expect(hide.path(PATH)).toMatch(
      /^\/r1\/r2\/r3\/s[0-9a-f]{10}\/s[0-9a-f]{10}\/s[0-9a-f]{10}\.ts$/,
    );
    expect(hide.path(PATH).split('/').slice(0, 5).join('/')).toBe(hide.mask.root);
    expect(hide.text('boom')).toBe(hide.text('boom'));
    expect(hide.text('boom')).not.toBe(hide.text('bang'));
  });

  it('leaves tokens as they are, so that a replay hides the same events in the same way', () => {
    const hide = redactor('paths');
    const path = hide.path(PATH);
    const again = new Redactor({ level: 'paths', root: hide.mask.root, salt: '' });
    expect(again.path(path)).toBe(path);
    expect(again.text(hide.text('boom'))).toBe(hide.text('boom'));
  });

  it.each([
    { _tag: 'Unchanged', reason: 'sameBytes' },
    { _tag: 'Unchanged', reason: 'alreadyGone' },
    { _tag: 'ReloadFailed', error: { _tag: 'TimedOut', phase: 'load', by: 'plugin' } },
    { _tag: 'BreakerChanged', from: 'closed', to: 'open', cause: 'failures' },
    { _tag: 'RetryScheduled', why: 'backoff' },
  ])('leaves its own words, also when the target has said the same before: %j', (event) => {
    for (const level of ['none', 'paths', 'all'] as const) {
      const hide = redactor(level);
      expect(hide.incoming(event)).toEqual(event);
      expect(hide.outgoing(event)).toEqual(event);
    }
  });

  it.each([
    'it crashed again and again: p: its worker ended: a secret',
    'it is started again',
    'it serves again',
    'it was unloaded',
  ])('hides what the target says of its own breaker as it came in: %s', (reason) => {
    const event = { _tag: 'BreakerChanged', plugin: 'p', from: 'closed', to: 'open', reason };
    for (const level of ['none', 'paths', 'all'] as const) {
      const hide = redactor(level);
      const came = hide.incoming(event);
      expect(hide.outgoing(event)).toEqual(came);
      if (level !== 'none') expect(JSON.stringify(came)).not.toContain(reason);
    }
  });

  it('finds a message in what the pipeline has written around it, and nowhere else', () => {
    const hide = redactor('paths');
    const token = hide.text('a');
    const skipped = (reason: string) =>
      hide.outgoing({ _tag: 'ReloadSkipped', reason } as { readonly _tag: string });
    expect(skipped('The restart after a crash failed: a')).toEqual({
      _tag: 'ReloadSkipped',
      reason: `The restart after a crash failed: ${token}`,
    });
    expect(skipped('a plain reason')).toEqual({ _tag: 'ReloadSkipped', reason: 'a plain reason' });
  });

  it('hides a message that came in before ten thousand others, once or again, also in what is written later', () => {
    const hide = redactor('paths');
    const composed = (text: string) =>
      hide.outgoing({ _tag: 'ReloadSkipped', reason: text } as never);
    const token = hide.text('a secret');
    for (let at = 0; at < 9_999; at += 1) hide.text(`other ${at}`);
    expect(composed('a secret')).toEqual({ _tag: 'ReloadSkipped', reason: token });
    expect(hide.text('a secret')).toBe(token);
    for (let at = 0; at < 9_999; at += 1) hide.text(`more ${at}`);
    expect(composed('a secret')).toEqual({ _tag: 'ReloadSkipped', reason: token });
  });

  it('hides a path in the same way each time, also after thousands of others', () => {
    const hide = redactor('paths');
    const hidden = hide.path('/home/ann/app/plugins/secret/x.ts');
    for (let at = 0; at < 5_000; at += 1) hide.path(`/home/ann/app/plugins/other/${at}.ts`);
    expect(hide.path('/home/ann/app/plugins/secret/x.ts')).toBe(hidden);
    expect(hidden).not.toContain('secret');
  });

  it('cuts a message of any length, and still tells it from others', () => {
    const hide = redactor('none');
    const long = 'x'.repeat(100_000);
    expect(hide.text(long).length).toBeLessThan(4_100);
    expect(hide.text(long)).not.toBe(hide.text(`${long}y`));
  });

  it('copies any value without failing', () => {
    const odd: Record<string, unknown> = {
      _tag: 'Io',
      plugin: 'p',
      big: 1n,
      f: () => 1,
      n: Infinity,
    };
    odd['self'] = odd;
    Object.defineProperty(odd, 'bad', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    expect(redactor('none').incoming(odd)).toEqual({ _tag: 'Io', plugin: 'p', big: '1', n: null });
  });
});
