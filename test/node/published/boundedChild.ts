import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** Where and how a child runs. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** After this time it is killed, with all that it has started. */
  readonly limitMs: number;
}

export interface Ended {
  /** Undefined: it was killed at its limit. */
  readonly code: number | undefined;
  readonly output: string;
}

/** Runs a command until it ends. It never takes longer than its limit. */
export async function runBounded(command: Command, surroundings: Surroundings): Promise<Ended> {
  const child = new BoundedChild(command, surroundings);
  const code = await child.ended;
  return { code, output: child.output };
}

/** A child with a group of its own, so that what it starts is killed with it. */
export class BoundedChild {
  output = '';
  /** Its exit code. Undefined: it was killed. */
  readonly ended: Promise<number | undefined>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();

  constructor({ file, args }: Command, { cwd, env, limitMs }: Surroundings) {
    this.#child = spawn(file, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.output += `${line}\n`;
        for (const wake of this.#waiting) wake();
      });
    }
    const limit = setTimeout(() => this.kill(), limitMs);
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.output += `${String(error)}\n`;
        resolve(-1);
      });
      this.#child.once('close', (code) => {
        clearTimeout(limit);
        resolve(code ?? undefined);
        for (const wake of this.#waiting) wake();
      });
    });
    void this.ended.then(() => clearTimeout(limit));
  }

  /** Resolves when the output is as it shall be. Rejects with the output when the child ends before, at its limit at the latest. */
  async until(isThere: (output: string) => boolean): Promise<void> {
    let hasEnded = false;
    void this.ended.then(() => (hasEnded = true));
    while (!isThere(this.output)) {
      if (hasEnded) throw new Error(`it ended before, with this output:\n${this.output}`);
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
        void this.ended.then(wake);
      });
    }
  }

  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}
