import { randomBytes } from 'node:crypto';

/** 128 bits that nobody can guess, as text for an address. */
export function randomToken(): string {
  return randomBytes(16).toString('hex');
}
