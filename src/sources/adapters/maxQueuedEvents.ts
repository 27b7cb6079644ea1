import { readFileSync } from 'node:fs';

/** How many events the kernel keeps for a process before it drops them; its default where it cannot be read. */
export function maxQueuedEvents(): number {
  try {
    const text = readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8');
    return Math.max(4, Number.parseInt(text, 10)) || 16_384;
  } catch {
    return 16_384;
  }
}
