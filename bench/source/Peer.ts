import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('watcher.mjs', import.meta.url));

export interface Ready {
  readonly readyMs: number;
  readonly blockMs: number;
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly watchCount: number;
}

export interface Verdict {
  readonly wrongCount: number;
  readonly count: number;
  readonly duplicateCount: number;
  readonly lastAt: number;
  readonly cpuMs: number;
}

/** [path, whether it is gone, nanoseconds, size at delivery] */
export type Seen = readonly [path: string, isGone: boolean, at: number, size: number];

/** A watcher that runs in a process of its own. */
export class Peer {
  readonly kind: string;
  readonly #child: ChildProcess;

  /** `dist`: the build to measure, for hotpipe. Left out: the one that `HOTPIPE_DIST` names, or `dist/`. */
  constructor(kind: string, dir: string, dist?: string) {
    this.kind = kind;
    const env = dist === undefined ? process.env : { ...process.env, HOTPIPE_DIST: dist };
    this.#child = fork(program, [kind, dir], { execArgv: ['--expose-gc'], env });
  }

  ready(): Promise<Ready> {
    return this.#next('ready');
  }

  /** Memory after so many milliseconds, in MiB above that before the start. */
  async rssMbAfter(ms: number): Promise<number> {
    this.#child.send({ type: 'rss', ms });
    return (await this.#next<{ rssMb: number }>('rss')).rssMb;
  }

  async take(): Promise<readonly Seen[]> {
    this.#child.send({ type: 'take' });
    return (await this.#next<{ seen: Seen[] }>('seen')).seen;
  }

  async read(): Promise<void> {
    this.#child.send({ type: 'read' });
    await this.#next('reading');
  }

  block(ms: number): void {
    this.#child.send({ type: 'block', ms });
  }

  async count(): Promise<number> {
    this.#child.send({ type: 'count' });
    return (await this.#next<{ count: number }>('count')).count;
  }

  judge(): Promise<Verdict> {
    this.#child.send({ type: 'judge' });
    return this.#next('verdict');
  }

  /** Returns the milliseconds from the request to the end of the process. */
  async stop(): Promise<number> {
    const at = performance.now();
    const hasEnded = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.send({ type: 'stop' });
    await hasEnded;
    return performance.now() - at;
  }

  #next<T>(type: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const onExit = () => reject(new Error(`${this.kind} has ended`));
      const onMessage = (message: T & { type: string }) => {
        if (message.type !== type) return;
        this.#child.off('message', onMessage);
        this.#child.off('exit', onExit);
        resolve(message);
      };
      this.#child.on('message', onMessage);
      this.#child.once('exit', onExit);
    });
  }
}
