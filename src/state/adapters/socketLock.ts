import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StateLock } from '../writer/SharedDirectory.js';
import { realPath } from './realPath.js';

/**
 * A socket that listens on a name made of the directory: the system lets one process have it, and frees it when that
 * process is gone, also by kill -9. Elsewhere than on Linux and Windows the name is a file, which a process that was
 * killed leaves behind; nobody answers there then.
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
    // Exclusive: workers of a cluster would share it otherwise.
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
