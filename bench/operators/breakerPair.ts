/**
 * One comparison in a process of its own: `npx tsx bench/operators/breakerPair.ts <peer> <work> <reading>`.
 * Prints one line of JSON. The rounds are interleaved, A B A B; the ratio is that of the medians.
 */
import { ConsecutiveBreaker, circuitBreaker, handleAll, retry, wrap } from 'cockatiel';
import CircuitBreaker from 'opossum';
import { defer, firstValueFrom, map, Observable } from 'rxjs';
import {
  backoffRetry,
  circuitBreak,
  consecutive,
  createCircuitBreaker,
  exponential,
} from '../../src/operators/index.ts';
import { median } from '../medians.ts';

const [peer = 'cockatiel', work = 'async', reading = 'subscribed'] = process.argv.slice(2);
const roundCount = Number(process.env['ROUNDS'] ?? 40);
const callCount = Number(process.env['CALLS'] ?? 20_000);

let calls = 0;
const syncWork = (): number => ++calls;
const asyncWork = (): Promise<number> => Promise.resolve(++calls);
const job = work === 'sync' ? syncWork : asyncWork;
// The cheapest Observable of the function, so that its own cost does not count.
const job$ =
  work === 'sync'
    ? new Observable<number>((subscriber) => {
        subscriber.next(syncWork());
        subscriber.complete();
      })
    : defer(asyncWork);

const guarded = job$.pipe(
  circuitBreak(createCircuitBreaker({ trip: consecutive(3), openForMs: 60_000 })),
  backoffRetry({ delay: exponential(), maxRetries: 5 }),
);

/** Runs `callCount` jobs one after another, and resolves when the last is done. */
type Run = () => Promise<void>;

const subscribed =
  (stream: Observable<number>): Run =>
  () =>
    new Promise((resolve, reject) => {
      let left = callCount;
      let isLooping = false;
      let isDue = false;
      const observer = {
        next: () => {},
        error: reject,
        complete: () => {
          if (--left === 0) resolve();
          else next();
        },
      };
      // A loop and not a recursion: a synchronous job would nest.
      const next = (): void => {
        isDue = true;
        if (isLooping) return;
        isLooping = true;
        while (isDue) {
          isDue = false;
          stream.subscribe(observer);
        }
        isLooping = false;
      };
      next();
    });

const awaited =
  (stream: Observable<number>): Run =>
  async () => {
    for (let i = 0; i < callCount; i++) await firstValueFrom(stream);
  };

const peers: Record<string, () => Run> = {
  cockatiel: () => {
    const policy = wrap(
      retry(handleAll, { maxAttempts: 5 }),
      circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(3) }),
    );
    return async () => {
      for (let i = 0; i < callCount; i++) await policy.execute(job);
    };
  },
  // Opossum has no retry, so it does less than the others; its statistics timers stop at the end.
  opossum: () => {
    const breaker = new CircuitBreaker(async () => job(), {
      timeout: false,
      volumeThreshold: 3,
      resetTimeout: 60_000,
    });
    return async () => {
      for (let i = 0; i < callCount; i++) await breaker.fire();
    };
  },
  // What RxJS itself costs for the function, with nothing around it.
  bare: () => (reading === 'awaited' ? awaited(job$) : subscribed(job$)),
  maps: () => {
    const idle = job$.pipe(
      map((value) => value),
      map((value) => value),
    );
    return reading === 'awaited' ? awaited(idle) : subscribed(idle);
  },
};

const makePeer = peers[peer];
if (makePeer === undefined) throw new Error(`no such peer: ${peer}`);
const ours = reading === 'awaited' ? awaited(guarded) : subscribed(guarded);
const theirs = makePeer();

interface Cost {
  readonly wallNs: number;
  /** Of all threads of this process, so other work on the machine hardly changes it. */
  readonly cpuNs: number;
}

const costOf = async (run: Run): Promise<Cost> => {
  const cpu = process.cpuUsage();
  const from = performance.now();
  await run();
  const wallNs = ((performance.now() - from) * 1e6) / callCount;
  const { user, system } = process.cpuUsage(cpu);
  return { wallNs, cpuNs: ((user + system) * 1e3) / callCount };
};

const oursCosts: Cost[] = [];
const theirsCosts: Cost[] = [];
for (let round = -5; round < roundCount; round++) {
  const [a, b] = [await costOf(ours), await costOf(theirs)];
  if (round < 0) continue; // warming up
  oursCosts.push(a);
  theirsCosts.push(b);
}
const compare = (key: keyof Cost) => {
  const [a, b] = [oursCosts, theirsCosts].map((costs) => median(costs.map((cost) => cost[key])));
  return {
    ours: Math.round(a ?? NaN),
    theirs: Math.round(b ?? NaN),
    ratio: (b ?? NaN) / (a ?? NaN),
  };
};
console.log(JSON.stringify({ wall: compare('wallNs'), cpu: compare('cpuNs') }));
process.exit(0);
