import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';

type Said = Readonly<Record<string, unknown>>;

/** A child process that prints lines of JSON. */
export class TalkingChild {
  readonly said: Said[] = [];
  readonly ended: Promise<number | NodeJS.Signals | null>;
  readonly #child: ChildProcess;
  #stderr = '';

  constructor(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [script, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      // One thread for the disk, because strace counts the calls of each thread separately.
      env: { ...process.env, UV_THREADPOOL_SIZE: '1', ...env },
    });
    this.#child.stderr?.on('data', (text: Buffer) => (this.#stderr += String(text)));
    createInterface({ input: this.#child.stdout! }).on('line', (line) =>
      this.said.push(JSON.parse(line) as Said),
    );
    this.ended = new Promise((resolve) =>
      this.#child.once('exit', (code, signal) => resolve(code ?? signal)),
    );
  }

  get pid(): number {
    return this.#child.pid ?? Number.NaN;
  }

  send(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** The first line, from line `from` on, that contains all of this. */
  async hears(what: Said, from = 0): Promise<Said> {
    const fits = (line: Said) => Object.entries(what).every(([key, value]) => line[key] === value);
    await expect
      .poll(() => this.said.slice(from).some(fits), {
        timeout: 60_000,
        interval: 5,
        message: `waiting for ${JSON.stringify(what)}`,
      })
      .toBe(true)
      .catch((error: unknown) => {
        const heard = this.said.map((line) => JSON.stringify(line)).join('\n');
        throw new Error(`${String(error)}\nheard:\n${heard}\nstderr: ${this.#stderr}`);
      });
    return this.said.slice(from).find(fits)!;
  }

  /** Sends a line and returns the next answer. */
  async ask(line: string): Promise<unknown> {
    const from = this.said.length;
    this.send(line);
    await expect
      .poll(() => this.said.slice(from).some((said) => 'answer' in said || 'failed' in said), {
        timeout: 60_000,
        interval: 5,
      })
      .toBe(true);
    const said = this.said.slice(from).find((one) => 'answer' in one || 'failed' in one);
    return said?.['answer'] ?? said?.['failed'];
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | NodeJS.Signals | null> {
    this.#child.kill(signal);
    return this.ended;
  }
}
