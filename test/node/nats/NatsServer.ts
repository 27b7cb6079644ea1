import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NatsFleet, natsFleet } from '../../../src/nats/natsFleet.js';
import type { NatsConnection } from '../../../src/nats/natsPackages.js';

/** The program of the server: HOTPIPE_NATS_SERVER, or what is installed; undefined when there is none. */
export const serverProgram = [
  process.env['HOTPIPE_NATS_SERVER'] ?? '',
  'nats-server',
  '/usr/sbin/nats-server',
].find((program) => {
  try {
    return program !== '' && execFileSync(program, ['--version'], { encoding: 'utf8' }) !== '';
  } catch {
    return false;
  }
});

/** The version of the program, such as `[2, 9, 10]`; empty when there is none. */
export const serverVersion: readonly number[] =
  serverProgram === undefined
    ? []
    : (
        /v(\d+)\.(\d+)\.(\d+)/.exec(
          execFileSync(serverProgram, ['--version'], { encoding: 'utf8' }),
        ) ?? []
      )
        .slice(1)
        .map(Number);

/** A server with JetStream on a free loopback port, as a child that ends with its parent. */
export class NatsServer {
  readonly dir = mkdtempSync(join(tmpdir(), 'hotpipe-nats-'));
  port = -1;
  #child: ChildProcess | undefined;
  readonly #jetstream: string;

  /**
   * @param settings - More lines of the server's configuration.
   * @param jetstream - More lines of its `jetstream` block.
   * @param store - Where it keeps what it stores. Default: in its own directory.
   */
  constructor(
    readonly settings = '',
    {
      jetstream = '',
      store,
    }: { readonly jetstream?: string; readonly store?: string | undefined } = {},
  ) {
    this.#jetstream = `store_dir: "${store ?? join(this.dir, 'store')}"\n${jetstream}`;
  }

  async start(): Promise<void> {
    const config = join(this.dir, 'server.conf');
    writeFileSync(
      config,
      `host: 127.0.0.1\nport: ${this.port}\nports_file_dir: "${this.dir}"\njetstream {\n${this.#jetstream}\n}\n${this.settings}\n`,
    );
    for (const name of this.#portFiles) rmSync(join(this.dir, name));
    const [command = '', ...args] =
      process.platform === 'linux'
        ? ['setpriv', '--pdeathsig', 'KILL', serverProgram ?? '', '-c', config]
        : [serverProgram ?? '', '-c', config];
    this.#child = spawn(command, args, { stdio: 'ignore' });
    const endMs = Date.now() + 20_000;
    let port = this.#writtenPort;
    for (; port === undefined; port = this.#writtenPort) {
      if (Date.now() > endMs) throw new Error('nats-server did not start within 20 s');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    // The same port after a restart: clients come back to it.
    this.port = port;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** What the server has written; undefined while it has not, or has only begun. */
  get #writtenPort(): number | undefined {
    const [name] = this.#portFiles;
    const text = name === undefined ? '' : readFileSync(join(this.dir, name), 'utf8');
    const [, port] = /"(?:nats|tls):\/\/[^"]*:(\d+)"/.exec(text) ?? [];
    return port === undefined ? undefined : Number(port);
  }

  get #portFiles(): readonly string[] {
    return readdirSync(this.dir).filter((name) => name.endsWith('.ports'));
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

interface Connection extends NatsConnection {
  close(): Promise<void>;
}

/** Connects as a program would. Not written as an import: the declarations of the package do not compile under this project's settings. */
export async function connectTo(
  url: string,
  as: {
    readonly user?: string;
    readonly pass?: string;
    readonly tls?: { readonly caFile: string };
  } = {},
): Promise<Connection> {
  const loaded: unknown = await import(['@nats-io', 'transport-node'].join('/'));
  const connect: unknown =
    typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, 'connect') : undefined;
  if (typeof connect !== 'function') throw new Error('the package has no connect');
  return connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 50, ...as });
}

/** A fleet over a connection. What ends both is added to `ends`. */
export async function fleetOver(
  connection: Parameters<typeof natsFleet>[0] & { close(): Promise<void> },
  options: Parameters<typeof natsFleet>[1],
  ends: { push(end: () => Promise<void>): unknown },
): Promise<NatsFleet> {
  const fleet = await natsFleet(connection, options);
  ends.push(async () => {
    await fleet.close();
    await connection.close();
  });
  return fleet;
}
