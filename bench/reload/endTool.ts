import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

/** Ends a tool, which ends what it started: on SIGTERM, since nobody could do that after a SIGKILL. */
export async function endTool(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([exited, wait(2_000).then(() => child.kill('SIGKILL'))]);
}
