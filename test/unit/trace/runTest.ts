import { filter, map, merge, share, toArray } from 'rxjs';
import ts from 'typescript';
import { expect } from 'vitest';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { marble } from '../../../src/testing/marble.js';
import { fakeTarget } from '../../../src/trace/virtual/fakeTarget.js';
import { timeline } from '../../../src/trace/virtual/timeline.js';

/** Runs the text of a test as it is, with what it imports. Throws where the test would fail. */
export function runTest(text: string): void {
  const names = { filter, map, merge, share, toArray, hotReload, fakeTarget, marble, timeline };
  const body = ts.transpile(text.replaceAll(/^import .*$/gm, ''), {
    target: ts.ScriptTarget.ES2022,
  });
  let count = 0;
  const it = (_: string, test: () => void): void => {
    count += 1;
    test();
  };
  new Function(...Object.keys(names), 'it', body)(...Object.values(names), it);
  expect(count).toBe(1);
}
