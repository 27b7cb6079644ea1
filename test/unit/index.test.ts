import { expect, it } from 'vitest';
import * as hotpipe from '../../src/index.js';
import * as operators from '../../src/operators/index.js';
import * as sinks from '../../src/sinks/index.js';
import * as sources from '../../src/sources/index.js';
import * as state from '../../src/state/index.js';

it.each(Object.entries({ operators, sinks, sources, state }))(
  'the main entry has all that hotpipe/%s has',
  (_, entry) => {
    expect(Object.keys(hotpipe)).toEqual(expect.arrayContaining(Object.keys(entry)));
  },
);
