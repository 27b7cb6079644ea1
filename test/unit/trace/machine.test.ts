import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';

const reads: unknown[] = [];
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const counted = (...args: Parameters<typeof real.readFileSync>) => {
    reads.push(args[0]);
    return real.readFileSync(...args);
  };
  return { ...real, readFileSync: counted };
});

describe('describeMachine', () => {
  it('reads the version of the package when a run is recorded, once, and not when it is imported', async () => {
    const own: unknown = JSON.parse(readFileSync('package.json', 'utf8'));
    reads.length = 0;
    const { describeMachine } = await import('../../../src/pipeline/record/adapters/machine.js');
    expect(reads).toEqual([]);

    const described = describeMachine();
    const readCount = reads.length;
    expect(readCount).toBeGreaterThan(0);
    expect(described).toEqual({
      lib: Reflect.get(Object(own), 'version'),
      node: process.versions.node,
    });
    describeMachine();
    expect(reads).toHaveLength(readCount);
  });
});
