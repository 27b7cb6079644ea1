import { Observable, type SchedulerLike, Subscription, takeUntil } from 'rxjs';
import { isRemoval, parsed, sequenceOf } from './natsMessages.js';
import type { KV, NatsConnection } from './natsPackages.js';

/** What was missed is read again after this time, and up to half of it sooner or later. */
const READ_AGAIN_MS = 60_000;

/** What listeners of one engine share. */
export interface Listening {
  readonly connection: NatsConnection;
  readonly reconnected$: Observable<void>;
  readonly closed$: Observable<void>;
  readonly scheduler: SchedulerLike;
}

/** One value of a bucket. */
export interface BucketValue {
  readonly key: string;
  readonly value: unknown;
  readonly revision: number;
}

/** Values of a bucket whose keys are given, and whose writes are told under a subject: those that are, and each that is told. Reads again what may have been missed. */
export function valuesOf(
  bucket: KV,
  keys: () => Promise<readonly string[]>,
  subject: string,
  { connection, reconnected$, closed$, scheduler }: Listening,
): Observable<BucketValue> {
  /** From 0 to 1, another one for each moment: so not all hosts ask at once. */
  const spread = (): number => (scheduler.now() % 997) / 997;
  // `hp.NS.BUCKET.` stands before the key.
  const prefix = `${subject.split('.', 3).join('.')}.`;
  // A subscription of the connection, reads and timers have one end.
  const values$ = new Observable<BucketValue>((subscriber) => {
    const last = new Map<string, number>();
    const tell = (key: string, revision: number, data: Uint8Array): void => {
      if (revision <= (last.get(key) ?? 0)) return;
      last.set(key, revision);
      subscriber.next({ key, value: parsed(data), revision });
    };
    const subscription = connection.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null || isRemoval(message)) return;
        tell(message.subject.slice(prefix.length), sequenceOf(message), message.data);
      },
    });
    const read = async (): Promise<void> => {
      for (const key of await keys()) {
        const entry = await bucket.get(key);
        if (entry?.operation === 'PUT') tell(key, entry.revision, entry.value);
      }
    };
    const timers = new Subscription();
    const readLater = (): void => {
      read().then(
        () => timers.add(scheduler.schedule(readLater, READ_AGAIN_MS * (0.5 + spread()))),
        () => timers.add(scheduler.schedule(readLater, 1_000)),
      );
    };
    readLater();
    timers.add(reconnected$.subscribe(() => void read().catch(() => undefined)));
    return () => {
      timers.unsubscribe();
      subscription.unsubscribe();
    };
  });
  return values$.pipe(takeUntil(closed$));
}
