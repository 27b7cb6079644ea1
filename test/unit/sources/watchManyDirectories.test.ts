import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { schedulerClock } from '../../../src/sources/disk/Clock.js';
import { countSteps } from '../../cases/source/countSteps.js';
import { FakeDisk } from '../../cases/source/fakeDisk.js';
import { startSession } from '../../cases/source/startSession.js';

const filesInEach = 5;

/** How many steps a session with so many directories takes after one act on them. */
function stepsOf(directoryCount: number, act: (disk: FakeDisk, dirs: readonly string[]) => void) {
  const scheduler = new VirtualTimeScheduler();
  const disk = new FakeDisk(scheduler);
  const clock = schedulerClock(scheduler);
  const dirs = Array.from({ length: directoryCount }, (_, i) => `/r/in/t/d${i}`);
  for (const dir of ['/r/in', '/r/in/t', ...dirs]) disk.makeDirectory(dir);
  for (const dir of dirs) {
    for (let i = 0; i < filesInEach; i++) disk.write(`${dir}/f${i}`, 'x');
  }
  let eventCount = 0;
  const session = startSession(disk, {
    clock,
    watcher: disk.watcher(),
    onEvents: (events) => (eventCount += events.length),
  });
  session.watch(['/r/in']);
  scheduler.flush();
  act(disk, dirs);
  const steps = countSteps(() => scheduler.flush());
  session.close();
  return { steps, eventCount };
}

describe('four times the directories take about four times the work, not sixteen times', () => {
  it.each([
    {
      name: 'a tree of them moved out',
      act: (disk: FakeDisk) => disk.rename('/r/in/t', '/r/out'),
      eventsOf: (count: number) => count * filesInEach,
    },
    {
      name: 'a tree of them removed',
      act: (disk: FakeDisk) => disk.remove('/r/in/t'),
      eventsOf: (count: number) => count * filesInEach,
    },
    {
      name: 'a tree of them renamed',
      act: (disk: FakeDisk) => disk.rename('/r/in/t', '/r/in/u'),
      eventsOf: () => 1,
    },
    {
      name: 'each of them renamed',
      act: (disk: FakeDisk, dirs: readonly string[]) => {
        for (const dir of dirs) disk.rename(dir, `${dir}-renamed`);
      },
      eventsOf: (count: number) => count,
    },
  ])('$name', ({ act, eventsOf }) => {
    const few = stepsOf(200, act);
    const many = stepsOf(800, act);
    expect([few.eventCount, many.eventCount]).toEqual([eventsOf(200), eventsOf(800)]);
    expect(many.steps / few.steps).toBeLessThan(6);
  });
});
