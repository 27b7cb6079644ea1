import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** Why tests with strace cannot run here; undefined when they can. */
export function whyNoStrace(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux';
  const probe = ['-qq', '-o', '/dev/null', '-e', 'inject=fsync:error=EIO', 'true'];
  const { status, error } = spawnSync('strace', probe);
  if (error !== undefined) return 'strace is not installed';
  return status === 0 ? undefined : 'strace may not trace here';
}

/**
 * Makes a system call of a running process fail, or be its last: `fsync:error=EIO:when=2`. `when` counts per thread.
 * Resolves when every thread is traced. `paths`: only calls on these paths are affected.
 */
export async function inject(
  pid: number,
  fault: string,
  paths: readonly string[] = [],
): Promise<{ stop(): void }> {
  const [call = ''] = fault.split(':');
  const strace = spawn(
    'strace',
    [
      ...['-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${fault}`],
      ...paths.flatMap((path) => ['-P', path]),
      ...['-p', String(pid)],
    ],
    { stdio: 'ignore' },
  );
  await expect.poll(() => isTraced(pid), { timeout: 60_000, interval: 5 }).toBe(true);
  return { stop: () => void strace.kill() };
}

function isTraced(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every(
    (task) => !/^TracerPid:\t0$/m.test(readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8')),
  );
}
