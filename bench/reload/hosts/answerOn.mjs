// Every host answers the same way, so that what differs is the reload: one line a question, on a unix socket.
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';

export function answerOn(path, answer) {
  rmSync(path, { force: true });
  createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', async () => {
      try {
        socket.write(`${await answer()}\n`);
      } catch {
        socket.write('error\n');
      }
    });
  }).listen(path);
}
