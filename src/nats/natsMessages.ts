import type { Msg } from './natsPackages.js';

/** The revision of a key is the number of its message in the stream. */
export function sequenceOf(message: Msg): number {
  return Number(message.headers?.get('Nats-Sequence') ?? 0);
}

export function isRemoval(message: Msg): boolean {
  return (message.headers?.get('KV-Operation') ?? '') !== '' || message.data.length === 0;
}

export function parsed(data: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(data));
    return value;
  } catch {
    return undefined;
  }
}
