import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { messageOf } from '../../model/unknownValue.js';
import { askHost } from './askHost.js';
import {
  type ControlAnswer,
  type ControlRequest,
  ControlRequestCodec,
  encodeAnswer,
  MAX_MESSAGE_LENGTH,
} from './controlProtocol.js';
import { makePrivateDirectory } from './controlSocket.js';
import { type HostNote, noteOf } from './hostNotes.js';

/** How long to wait whether another host answers, in milliseconds. One that is busy for longer is there all the same. */
const PROBE_MS = 1000;

/** Answers requests of the same user, until it is closed. */
export interface ControlServer {
  close(): void;
}

/**
 * Listens on a socket. One that a killed host left behind is replaced. Rejects when another host answers there.
 *
 * @param answer - Never rejects.
 */
export async function serveControl(
  path: string,
  note: HostNote,
  answer: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<ControlServer> {
  const isNamedPipe = process.platform === 'win32';
  if (!isNamedPipe) {
    makePrivateDirectory(dirname(path));
    if (await isAnswered(path)) throw new Error('another hotpipe watch runs for this directory');
    rmSync(path, { force: true });
  }
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // The other side may leave before it has its answer. That is no error of the host.
    socket.on('error', () => undefined);
    answerOnce(socket, answer);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  if (!isNamedPipe) {
    chmodSync(path, 0o600);
    writeFileSync(noteOf(path), JSON.stringify(note), { mode: 0o600 });
  }
  return {
    close: () => {
      if (!isNamedPipe) rmSync(noteOf(path), { force: true });
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function answerOnce(
  socket: Socket,
  answer: (request: ControlRequest) => Promise<ControlAnswer>,
): void {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end < 0 && text.length <= MAX_MESSAGE_LENGTH) return;
    socket.removeAllListeners('data');
    const request = end < 0 ? undefined : parseRequest(text.slice(0, end));
    const answered =
      request === undefined
        ? Promise.resolve<ControlAnswer>({ isOk: false, message: 'this is no request of hotpipe' })
        : answer(request);
    void answered.then((value) => socket.end(encodeAnswer(value)));
  });
}

function parseRequest(line: string): ControlRequest | undefined {
  try {
    const decoded = ControlRequestCodec.decode(JSON.parse(line));
    return isLeft(decoded) ? undefined : decoded.right;
  } catch {
    return undefined;
  }
}

async function isAnswered(path: string): Promise<boolean> {
  try {
    await askHost(path, { op: 'status' }, PROBE_MS);
    return true;
  } catch (error) {
    // Nobody listens. Anything else, such as a missing permission, shows when the socket is made.
    return !/ECONNREFUSED|ENOENT|ENOTSOCK/.test(messageOf(error));
  }
}
