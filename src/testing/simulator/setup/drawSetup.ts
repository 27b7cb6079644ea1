import type { SeededRandom } from './SeededRandom.js';
import type { Setup } from './Setup.js';

export function drawSetup(random: SeededRandom, pluginCount: number): Setup {
  const plugins = Array.from({ length: pluginCount }, (_, at) => `p${at}`);
  const minMs = random.pick(0, 5, 20);
  const maxMs = random.pick(40, 120);
  return {
    plugins,
    minMs,
    maxMs,
    maxWaitMs: random.pick(150, 400),
    isLeading: random.isLucky(0.2),
    initialMs: random.pick(20, 100),
    maxDelayMs: random.pick(150, 600),
    maxRetries: random.pick(1, 2, 4, 6),
    jitter: random.pick('none', 'full', 'equal'),
    failureCount: random.pick(2, 3),
    openForMs: random.pick(150, 900),
    reloadTimeoutMs: random.pick(200, 350),
    concurrency: random.pick(1, 2, Infinity),
    retryUnchanged: random.isLucky(0.7),
    probeOn: random.pick('timer', 'change'),
    reconcileMs: random.pick(300, 700),
  };
}
