import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const HOST = fileURLToPath(new URL('../../fixtures/runtime/hostileHost.mjs', import.meta.url));

export interface HostileOutcome {
  /** How the process ended: its signal, or its code. */
  readonly end: NodeJS.Signals | number | null;
  /** The tag of its failure, or `good`, by plugin. */
  readonly plugins: Readonly<Record<string, string>>;
  /** What the failure says. */
  readonly reasons: Readonly<Record<string, string>>;
  /** What the function `v` of the plugin that was named answered. */
  readonly answer: unknown;
  /** The longest turn of its event loop, in processor time, as a multiple of a fixed piece of work: 4.5 were 1 s where it was measured. */
  readonly heldReferences: number;
}

/**
 * Runs `test/fixtures/runtime/hostileHost.mjs`, which is killed when it does not end within `limitMs`. Only `measured` says how long it was held;
 * `unhurried`, each build has time on a busy machine too, so that it ends by what is wrong and not by its deadline.
 */
export async function runHostileHost(
  args: readonly string[],
  limitMs: number,
  mode: 'measured' | 'measured, unhurried' | 'not measured' = 'not measured',
): Promise<HostileOutcome> {
  const child = spawn(process.execPath, [HOST, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      ...process.env,
      IS_MEASURED: mode === 'not measured' ? '' : 'yes',
      ...(mode === 'measured, unhurried' && { COMPILE_LIMIT_MS: '60000' }),
    },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const end = await new Promise<HostileOutcome['end']>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code)),
  );
  clearTimeout(timer);
  const said: Omit<HostileOutcome, 'end'> =
    output === ''
      ? { plugins: {}, reasons: {}, answer: undefined, heldReferences: Infinity }
      : JSON.parse(output);
  return { ...said, end };
}
