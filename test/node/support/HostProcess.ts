import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isRight } from 'fp-ts/lib/Either.js';
import { ReloadEventCodec } from '../../../src/model/codecs/ReloadEventCodec.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';

const CLI = 'lib/cli/main.js';
const LIMIT_MS = 25_000;

/** A running `hotpipe watch --json`, or `run`. Each line of its standard output must be a valid event. */
export class HostProcess {
  readonly events: ReloadEvent[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | NodeJS.Signals | null>;
  #stderr = '';
  readonly #waiting = new Set<() => void>();

  constructor(args: readonly string[], command: 'watch' | 'run' = 'watch') {
    // CI systems set FORCE_COLOR, and Node colours then what a plugin logs.
    const env = { ...process.env };
    delete env['FORCE_COLOR'];
    this.#child = spawn(process.execPath, [CLI, command, '--json', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = new Promise((resolve) =>
      this.#child.once('exit', (code, signal) => resolve(code ?? signal)),
    );
    this.#child.stderr?.on('data', (text: Buffer) => (this.#stderr += String(text)));
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      const decoded = ReloadEventCodec.decode(JSON.parse(line));
      if (!isRight(decoded)) throw new Error(`not an event: ${line}`);
      this.events.push(decoded.right);
      for (const wake of this.#waiting) wake();
    });
  }

  /** The first event from index `from` on that fits. Fails after 25 s, with everything that was printed. */
  async event(
    fits: (event: ReloadEvent) => boolean,
    { from = 0 }: { readonly from?: number } = {},
  ): Promise<ReloadEvent> {
    const deadlineMs = Date.now() + LIMIT_MS;
    for (;;) {
      const found = this.events.slice(from).find(fits);
      if (found) return found;
      const leftMs = deadlineMs - Date.now();
      if (leftMs <= 0) {
        const seen = this.events.map((event) => JSON.stringify(event)).join('\n');
        throw new Error(
          `no such event within ${LIMIT_MS} ms. Events:\n${seen}\nstderr: ${this.#stderr}`,
        );
      }
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, leftMs);
        this.#waiting.add(wake);
      });
    }
  }

  /** Ends the host; resolves its exit code and how long that took. */
  async end(
    signal: NodeJS.Signals,
  ): Promise<{ readonly code: number | NodeJS.Signals | null; readonly tookMs: number }> {
    const startMs = Date.now();
    this.#child.kill(signal);
    const code = await this.#ended;
    return { code, tookMs: Date.now() - startMs };
  }

  /** `SIGSTOP` stops the whole process, so that it notices nothing; `SIGCONT` lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  /** Closes the pipe that its standard error is read from. */
  closeStderr(): void {
    this.#child.stderr?.destroy();
  }

  get stderr(): string {
    return this.#stderr;
  }
}
