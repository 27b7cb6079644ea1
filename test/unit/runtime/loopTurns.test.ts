import { describe, expect, test } from 'vitest';
import { LoopTurns } from '../../../src/runtime/LoopTurns.js';

function turnsByHand() {
  const waiting: (() => void)[] = [];
  const turns = new LoopTurns(
    () => new Promise((resolve) => waiting.push(resolve)),
    () => 0,
  );
  const log: string[] = [];
  const settle = (name: string) => turns.settle().then(() => log.push(name));
  const pass = async () => {
    for (const resolve of waiting.splice(0)) resolve();
    for (let i = 0; i < 5; i += 1) await Promise.resolve();
  };
  return { turns, log, settle, pass, waiting };
}

describe('turns of the loop', () => {
  test('work that follows at once waits for the turn that is owed', async () => {
    const { turns, log, settle, pass } = turnsByHand();
    turns.owe();
    void settle('next');
    await Promise.resolve().then(() => undefined);
    expect(log).toEqual([]);
    await pass();
    expect(log).toEqual(['next']);
  });

  test('work that comes later finds it paid, and waits for none', async () => {
    const { turns, log, settle, pass, waiting } = turnsByHand();
    turns.owe();
    await pass();
    await settle('later');
    expect(log).toEqual(['later']);
    expect(waiting).toEqual([]);
  });

  test('one turn pays for all that ended in it, and the next debt is another one', async () => {
    const { turns, log, settle, pass, waiting } = turnsByHand();
    turns.owe();
    turns.owe();
    expect(waiting).toHaveLength(1);
    await pass();
    turns.owe();
    void settle('next');
    await Promise.resolve();
    expect(log).toEqual([]);
    await pass();
    expect(log).toEqual(['next']);
  });
});
