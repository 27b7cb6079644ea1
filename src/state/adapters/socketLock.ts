import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StateLock } from '../writer/SharedDirectory.js';
import { realPath } from './realPath.js';

/**
 * A lock that is a listening socket, named after the directory. The system lets only one process listen on a name, and
 * frees the name when that process ends, also by kill -9. On systems other than Linux and Windows the name is a file, which
 * a killed process leaves behind: when nobody answers there, the file is removed and the lock is free.
 */
export const socketLock = (platform: NodeJS.Platform): StateLock => ({
  async acquire(dir) {
    const address = addressOf(dir, platform);
    let server = await listen(address);
    if (server === undefined && isFile(address) && !(await isAnswered(address))) {
      rmSync(address, { force: true });
      server = await listen(address);
    }
    const held = server;
    return held && (() => new Promise((resolve) => held.close(() => resolve())));
  },
});

function addressOf(dir: string, platform: NodeJS.Platform): string {
  const owner = `${process.getuid?.() ?? 0}:${realPath(dir)}`;
  const name = `hotpipe-${createHash('sha256').update(owner).digest('hex').slice(0, 32)}`;
  if (platform === 'linux') return `\0${name}`;
  return platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

const isFile = (address: string): boolean =>
  !address.startsWith('\0') && !address.startsWith('\\\\.\\');

function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    // Exclusive, because workers of a cluster would share the socket otherwise.
    server.listen({ path: address, exclusive: true }, () => {
      server.unref();
      resolve(server);
    });
  });
}

function isAnswered(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => answer(true));
    const answer = (isAnswered: boolean) => {
      socket.destroy();
      resolve(isAnswered);
    };
    socket.once('error', () => answer(false));
  });
}
