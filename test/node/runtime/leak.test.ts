import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../fixtures/runtime/leak.mjs', import.meta.url));

/** Heap that each reload leaves behind, in KB. The plugin has a source of 17 KB and an instance of over 100 KB. */
async function keptPerReload(reloads: number, manner?: 'careless'): Promise<number> {
  const args = ['--expose-gc', script, String(reloads)];
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

  test('the measurement detects a leak: a timer that does not belong to the context keeps the instance', async () => {
    expect(await keptPerReload(60, 'careless')).toBeGreaterThan(90);
  });
});
