import { range } from 'rxjs';
import { expect, it } from 'vitest';
import { inTurns } from '../../../src/pipeline/stream/inTurns.js';

it('other work has its turns while a thousand values pass, and their order is kept', async () => {
  const passed: number[] = [];
  const passedAtTurn: number[] = [];
  let isEnded = false;
  const ended = new Promise<void>((resolve) => {
    range(0, 1_000)
      .pipe(inTurns())
      .subscribe({ next: (value) => passed.push(value), complete: resolve });
  }).then(() => (isEnded = true));
  const turn = (): void => {
    passedAtTurn.push(passed.length);
    if (!isEnded) setImmediate(turn);
  };
  turn();
  await ended;
  expect(passed).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
  const most = Math.max(...passedAtTurn.map((count, at) => count - (passedAtTurn[at - 1] ?? 0)));
  expect(most).toBe(16);
});
