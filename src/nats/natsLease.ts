import { Observable, type SchedulerLike, Subscription } from 'rxjs';
import { LEASE_TTL_MS } from './natsBuckets.js';
import type { KV } from './natsPackages.js';

/** How often a lease is renewed within its time. */
const RENEWALS = 4;
/** Before the server gives the lease to somebody else, this holder stops by itself. */
const SURE_RATIO = 0.7;
const CLAIM_AGAIN_MS = 1_000;

/**
 * A key that one holder can make. It ends with its time to live unless it is renewed; the revision at which it was made is the fence, which
 * is larger for each new holder.
 */
export function natsLease(
  lock: KV,
  name: string,
  holder: string,
  scheduler: SchedulerLike,
): Observable<{ readonly fence: number }> {
  // Claims, renewals and the end by the own clock change one state.
  return new Observable((subscriber) => {
    const timers = new Subscription();
    /** The revision of the key while it is held; 0 before. */
    let revision = 0;
    let renewedAtMs = 0;
    /** How long the server keeps the key. Asked of the bucket: another process may have made it. */
    let ttlMs = 0;
    const later = (work: () => void, ms: number): void => {
      timers.add(scheduler.schedule(() => work(), ms));
    };
    const claim = (): void => {
      let askedAtMs = scheduler.now();
      const create = async (): Promise<number> => {
        if (ttlMs === 0) ttlMs = (await lock.status()).ttl || LEASE_TTL_MS;
        askedAtMs = scheduler.now();
        return lock.create(name, holder);
      };
      create().then(
        (fence) => {
          if (subscriber.closed)
            void lock.delete(name, { previousSeq: fence }).catch(() => undefined);
          revision = fence;
          renewedAtMs = askedAtMs;
          subscriber.next({ fence });
          later(renew, ttlMs / RENEWALS);
        },
        () => later(claim, CLAIM_AGAIN_MS),
      );
    };
    const renew = (): void => {
      const askedAtMs = scheduler.now();
      if (askedAtMs - renewedAtMs > SURE_RATIO * ttlMs) {
        subscriber.complete();
        return;
      }
      lock.update(name, holder, revision).then(
        (next) => {
          revision = next;
          renewedAtMs = askedAtMs;
          later(renew, ttlMs / RENEWALS);
        },
        // The answer may be lost, or the key is somebody else's: both end at the same time by the own clock.
        () => later(renew, ttlMs / RENEWALS / 4),
      );
    };
    claim();
    return () => {
      timers.unsubscribe();
      if (revision > 0) void lock.delete(name, { previousSeq: revision }).catch(() => undefined);
    };
  });
}
