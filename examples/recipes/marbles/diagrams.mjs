// The tests themselves. `marble` makes a function of each, which any runner can call: it throws where a diagram is not met.
import { marble } from 'hotpipe/testing';
import { settled } from './settled.mjs';

const files = {
  a: { path: 'a.ts', text: 'old' },
  A: { path: 'a.ts', text: 'new' },
  b: { path: 'b.ts', text: 'b' },
};

export const diagrams = {
  'two saves of one file become one': marble(({ hot, expectObservable }) => {
    const saves$ = hot(' a-A---------|', files);
    const expected = '   -------A----|';
    expectObservable(settled(saves$)).toBe(expected, files);
  }),
  'a busy file holds no other one up': marble(({ hot, expectObservable }) => {
    const saves$ = hot(' a-b-a--a-------------|', files);
    const expected = '   -------b----a--------|';
    expectObservable(settled(saves$)).toBe(expected, files);
  }),
};
