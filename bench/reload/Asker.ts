import { connect, type Socket } from 'node:net';

const ANSWER_LIMIT_MS = 1_000;

/** Asks one host over one connection, and reconnects after a restart of the host has closed it. */
export class Asker {
  readonly #path: string;
  #socket: Socket | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  ask(): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = this.#connected();
      const done = (act: () => void) => {
        clearTimeout(limit);
        socket.off('data', onData).off('close', onLost);
        act();
      };
      const onData = (data: Buffer) => done(() => resolve(String(data).trim()));
      const onLost = () => done(() => reject(new Error('connection lost')));
      const limit = setTimeout(() => socket.destroy(), ANSWER_LIMIT_MS);
      socket.on('data', onData).on('close', onLost);
      socket.write('?');
    });
  }

  /** The open connection, or a new one. */
  #connected(): Socket {
    if (this.#socket === undefined || this.#socket.destroyed) {
      this.#socket = connect(this.#path).on('error', () => undefined); // `close` is emitted next
    }
    return this.#socket;
  }

  close(): void {
    this.#socket?.destroy();
  }
}
