import { messageOf } from '../../model/unknownValue.js';
import type { ControlAnswer, ControlRequest } from '../control/controlProtocol.js';
import type { Host } from './createHost.js';

/** Does what another process of the same user asks of the host. Never rejects. */
export async function answerControl(
  request: ControlRequest,
  host: Host,
  dir: string,
): Promise<ControlAnswer> {
  switch (request.op) {
    case 'status':
      return { isOk: true, value: { v: 1, pid: process.pid, dir, plugins: host.plugins() } };
    case 'call':
      try {
        return { isOk: true, value: await host.call(request.plugin, request.fn, request.args) };
      } catch (error) {
        return { isOk: false, message: messageOf(error) };
      }
  }
}
