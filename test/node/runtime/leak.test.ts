import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../fixtures/runtime/leak.mts', import.meta.url));

/** Heap kept per reload in KB, of a plugin with a source of 17 KB and an instance of over 100 KB. */
async function keptPerReload(reloads: number, manner?: 'careless'): Promise<number> {
  const args = ['--expose-gc', '--import', 'tsx', script, String(reloads)];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...args,
    ...((manner ?? '') ? ['careless'] : []),
  ]);
  return Number(stdout);
}

describe('memory', { timeout: 60_000 }, () => {
  test('a reload keeps neither the source nor the instance of the version before', async () => {
    expect(await keptPerReload(300)).toBeLessThan(1.5);
  });

  test('the measure sees a leak: a timer that the plugin does not give to its context keeps the instance', async () => {
    expect(await keptPerReload(60, 'careless')).toBeGreaterThan(90);
  });
});
