import { connect } from 'node:net';
import { isLeft } from 'fp-ts/lib/Either.js';
import {
  type ControlAnswer,
  ControlAnswerCodec,
  type ControlRequest,
  MAX_MESSAGE_LENGTH,
} from './controlProtocol.js';

/**
 * Asks the host that listens on a socket. Rejects with the system's error when nobody listens, and with an error that
 * says so when the answer is cut or is none.
 *
 * @param timeoutMs - How long to wait for an answer. Default: for ever, because the host has a deadline for each call.
 */
export function askHost(
  path: string,
  request: ControlRequest,
  timeoutMs = 0,
): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let text = '';
    socket.setEncoding('utf8');
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('the host does not answer')));
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > MAX_MESSAGE_LENGTH) socket.destroy(new Error('the answer is too long'));
    });
    socket.on('error', reject);
    socket.on('close', () => {
      const answer = parseAnswer(text);
      if (answer === undefined) reject(new Error('the host ended before it had answered'));
      else resolve(answer);
    });
  });
}

function parseAnswer(text: string): ControlAnswer | undefined {
  if (!text.endsWith('\n')) return undefined;
  try {
    const decoded = ControlAnswerCodec.decode(JSON.parse(text));
    return isLeft(decoded) ? undefined : decoded.right;
  } catch {
    return undefined;
  }
}
