import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLong } from '../support/saved.js';
import { inject, whyNoStrace } from '../support/strace.js';
import { TalkingChild } from '../support/TalkingChild.js';

const HOST = join(import.meta.dirname, '../support/pluginHost.mjs');
const noStrace = whyNoStrace();
if (noStrace !== undefined) console.log(`skipped: kills in the middle of a swap (${noStrace})`);

let root: string;
const hosts: TalkingChild[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hotpipe-swap-'));
});
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.kill()));
  rmSync(root, { recursive: true, force: true });
});

function startHost(): TalkingChild {
  const host = new TalkingChild(HOST, [join(root, 'plugins'), join(root, 'state'), '0']);
  hosts.push(host);
  return host;
}
/** A plugin that counts its calls, and answers with its version and the count. */
function writeCounter(version: string): void {
  const folder = join(root, 'plugins/counter');
  mkdirSync(folder, { recursive: true });
  const manifest = 'name = "counter"\nversion = "1.0.0"\nsource = "index.js"\n';
  const api = '[api-version]\nmajor = 0\nminor = 1\npatch = 0\n';
  writeFileSync(join(folder, 'plugin.toml'), manifest + api);
  writeFileSync(
    join(folder, 'index.js'),
    `let calls = 0;
    export const answer = () => '${version} ' + ++calls;
    export const saveState = () => ({ calls });
    export const restoreState = (state) => { calls = state.calls; };`,
  );
}
async function callThrice(host: TalkingChild): Promise<void> {
  for (let call = 0; call < 3; call++) await host.ask('call counter answer');
}

/** A swap flushes the record of the trial, the state, and their directories: 4 fsync calls, 2 link calls. */
const points = isLong
  ? ['fsync', 'link', 'openat', 'close'].flatMap((call) =>
      Array.from({ length: 10 }, (_, n) => ({ call, n: n + 1 })),
    )
  : [
      { call: 'fsync', n: 1 },
      { call: 'fsync', n: 4 },
      { call: 'link', n: 2 },
    ];

describe.skipIf(noStrace !== undefined)('a host that is killed with kill -9', () => {
  it.each(points)(
    'in the middle of a swap, at $call number $n: the old or the new version serves, with its state',
    async ({ call, n }) => {
      writeCounter('v1');
      const host = startHost();
      await host.hears({ _tag: 'Loaded', plugin: 'counter' });
      await callThrice(host);
      const strace = await inject(host.pid, `${call}:signal=KILL:when=${n}`);
      writeCounter('v2');
      await Promise.race([host.ended, host.hears({ _tag: 'Reloaded' })]);
      await host.kill();
      strace.stop();
      const isSaved = host.said.some(({ _tag }) => _tag === 'StateSaved');

      const next = startHost();
      await next.hears({ _tag: 'Loaded', plugin: 'counter' });
      const answer = String(await next.ask('call counter answer'));
      // Until the save is acknowledged, the count is only in the memory of the host that was killed.
      expect(answer).toMatch(isSaved ? /^v[12] 4$/ : /^v[12] [14]$/);
    },
  );

  it.each(isLong ? points : [{ call: 'fsync', n: 2 }])(
    'in the middle of a rollback, at $call number $n: a version serves with an acknowledged state',
    async ({ call, n }) => {
      writeCounter('v1');
      const host = startHost();
      await host.hears({ _tag: 'Loaded', plugin: 'counter' });
      await callThrice(host);
      writeCounter('v2');
      await host.hears({ _tag: 'Reloaded' });
      await callThrice(host);
      const strace = await inject(host.pid, `${call}:signal=KILL:when=${n}`);
      const answered = host.ask('back counter 1').catch(() => undefined);
      await Promise.race([host.ended, answered]);
      await host.kill();
      strace.stop();

      const next = startHost();
      await next.hears({ _tag: 'Loaded', plugin: 'counter' });
      // The swap acknowledged a count of 3; the rollback acknowledges 6 when it has saved the state of version 2.
      expect(String(await next.ask('call counter answer'))).toMatch(/^v[12] [47]$/);
    },
  );
});
