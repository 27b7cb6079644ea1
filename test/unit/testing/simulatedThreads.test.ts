import { expect, it } from 'vitest';
import { simulate } from '../../../src/testing/index.js';
import { MessageLine } from '../../../src/testing/simulator/host/MessageLine.js';
import { ThreadClock } from '../../../src/testing/simulator/host/ThreadClock.js';
import { VirtualTime } from '../../../src/trace/virtual/VirtualTime.js';

it('messages arrive in their order, as copies, also behind one that is late', () => {
  const time = new VirtualTime();
  const arrived: unknown[] = [];
  const latenciesMs = [5, 0, 0];
  const line = new MessageLine(
    time,
    () => latenciesMs.shift() ?? 0,
    (message) => arrived.push([time.elapsedMs, message]),
  );
  const first = { of: 'the plugin' };
  line.send(first);
  first.of = 'changed after it was sent';
  line.delay(20);
  line.send('late');
  line.send('after it');
  time.flush();

  expect(arrived).toEqual([
    [5, { of: 'the plugin' }],
    [20, 'late'],
    [20, 'after it'],
  ]);
});

it('what is due while a thread is busy runs when it is free, and nothing runs after its end', () => {
  const time = new VirtualTime();
  const clock = new ThreadClock(time);
  const ran: unknown[] = [];
  clock.after(10, () => ran.push(time.elapsedMs));
  clock.keepBusy(30);
  clock.after(40, () => clock.stop());
  clock.every(25, () => ran.push(`every ${time.elapsedMs}`));
  time.flush();

  expect(ran).toEqual([30, 'every 30']);
  expect(time.pendingCount).toBe(0);
});

it('plugins run in threads that die, are started again, and are gone at the end', async () => {
  const options = { seed: 4, steps: 400, faults: ['workers', 'broken-plugins'] };
  const { violations, coverage, hash } = await simulate(options);

  expect(violations).toEqual([]);
  expect(coverage).toMatchObject({
    'thread died': expect.any(Number),
    'death of what serves': expect.any(Number),
    'restart after a death': expect.any(Number),
    'thread at quiet': expect.any(Number),
  });
  expect((await simulate(options)).hash).toBe(hash);
});
