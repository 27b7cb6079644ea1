import { from, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ReloadEvent, ReloadFact } from '../../../src/model/reload/ReloadEvent.js';
import { printEvents } from '../../../src/sinks/printEvents.js';
import { escapeText } from '../../../src/sinks/terminal/escapeText.js';

const print = (facts: readonly ReloadFact[], isColored = false): string => {
  let printed = '';
  const stream = { write: (text: string) => (printed += text) };
  const events = facts.map(
    (fact, i): ReloadEvent => ({ v: 1, i, atMs: 0, plugin: 'counter', ...fact }),
  );
  from(events).subscribe(printEvents({ stream, isColored }));
  return printed.replaceAll(/^\d\d:\d\d:\d\d /gm, '');
};

describe('printEvents', () => {
  it('prints one line per event', () => {
    expect(
      print([
        { _tag: 'Loaded', version: 1 },
        { _tag: 'ChangeDetected', paths: ['counter/index.ts'], windowMs: 20 },
        { _tag: 'Reloaded', from: 1, to: 2, stageMs: { compile: 0.42, load: 1.5 } },
        { _tag: 'RetryScheduled', attempt: 1, delayMs: 1_600 },
      ]),
    ).toBe(
      [
        'counter serves version 1',
        'counter changed: counter/index.ts',
        'counter reloaded version 1 → 2 in 1.9 ms (compile 0.4 ms, load 1.5 ms)',
        'counter retry 1 in 1.6 s',
        '',
      ].join('\n'),
    );
  });

  it('says why an attempt was started, what is proven, and what needs a restart', () => {
    expect(
      print([
        { _tag: 'ReloadStarted', attempt: 1, cause: 'change', changes: [0] },
        { _tag: 'ReloadStarted', attempt: 4, cause: 'probe' },
        { _tag: 'ReloadStarted', attempt: 1, cause: 'dependency' },
        { _tag: 'Unchanged', reason: 'alreadyGone' },
        { _tag: 'Proven', version: 2, fingerprint: '0123456789abcdef' },
        { _tag: 'RolledBack', from: 0, to: 1, reason: 'it was taken back' },
        { _tag: 'Restarted', version: 2, reason: 'its worker ended' },
        { _tag: 'RestartNeeded', paths: ['db.ts'], reason: 'The host shares it.' },
      ]),
    ).toBe(
      [
        'counter reloading',
        'counter reloading, attempt 4, as a probe of the breaker',
        'counter reloading, because of a plugin that it needs',
        'counter unchanged: it is already unloaded',
        'counter version 2 is proven, files 01234567',
        'counter rolled back, version 1: it was taken back',
        'counter restarted version 2: its worker ended',
        'counter the host has to be started again: db.ts changed. The host shares it.',
        '',
      ].join('\n'),
    );
  });

  it('prints the frame below a failure, and says what still serves', () => {
    const error = {
      _tag: 'CompilationFailed',
      plugin: 'counter',
      message: 'counter/index.ts:1:9 Unexpected token.',
      frame: '1 | const = 1\n  |       ^',
    };
    expect(print([{ _tag: 'ReloadFailed', error, stillServing: 3, willRetry: false }])).toBe(
      [
        'counter failed: counter/index.ts:1:9 Unexpected token. Version 3 still serves; the next save will be tried.',
        '    1 | const = 1',
        '      |       ^',
        '',
      ].join('\n'),
    );
  });

  it('names three paths of a burst, and counts the rest', () => {
    const paths = ['a', 'b', 'c', 'd', 'e'];
    expect(print([{ _tag: 'ChangeDetected', paths, windowMs: 20 }])).toBe(
      'counter changed: a, b, c and 2 more\n',
    );
  });

  it('says why a stream failed that errored with a plain ReloadError', () => {
    const lines: string[] = [];
    const stream = { write: (line: string) => lines.push(line) };
    const failure = { _tag: 'Io', plugin: 'counter', message: 'the disk is full' };
    throwError(() => failure).subscribe(printEvents({ stream }));

    expect(lines).toEqual(['the stream failed: the disk is full\n']);
  });

  it('lets no file name control the terminal', () => {
    const paths = ['\u001b[2Jgone\u202e\u009b31m\r\nfake line'];
    const printed = print([{ _tag: 'ChangeDetected', paths, windowMs: 20 }]);

    expect(printed).toBe(
      'counter changed: \\u001b[2Jgone\\u202e\\u009b31m\\u000d\\u000afake line\n',
    );
  });

  it('colours only when asked to', () => {
    expect(print([{ _tag: 'Loaded', version: 1 }], true)).toContain('\u001b[32m');
    expect(print([{ _tag: 'Loaded', version: 1 }], false)).not.toContain('\u001b');
  });
});

describe('escapeText', () => {
  it('keeps letters of any script, and the lines of a frame', () => {
    expect(escapeText('žluťoučký 猫 🐈')).toBe('žluťoučký 猫 🐈');
    expect(escapeText('a\n\tb', { isFrame: true })).toBe('a\n\tb');
  });
});
