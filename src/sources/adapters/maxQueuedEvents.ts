import { readFileSync } from 'node:fs';

/**
 * How many events the kernel queues per inotify instance before it drops them. Where the value cannot be read: the
 * kernel's default.
 *
 * @source https://man7.org/linux/man-pages/man7/inotify.7.html
 */
export function maxQueuedEvents(): number {
  try {
    const text = readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8');
    return Math.max(4, Number.parseInt(text, 10)) || 16_384;
  } catch {
    return 16_384;
  }
}
