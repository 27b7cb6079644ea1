import type { Observer } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import type { HotReloadOptions } from '../../src/index.js';
import { optionClasses } from '../../src/pipeline/record/optionClasses.js';
import { type TraceRecord, traceFile, traceRing } from '../../src/trace/index.js';

describe('the option trace', () => {
  it('classes every option of hotReload, so that no input escapes a recording', () => {
    expectTypeOf<keyof typeof optionClasses>().toEqualTypeOf<keyof HotReloadOptions>();
  });

  it('does not compile when an option has no class', () => {
    const { source$: _, ...incomplete } = optionClasses;
    // @ts-expect-error: source$ is missing
    const all: typeof optionClasses = incomplete;
    expectTypeOf(all).not.toBeAny();
  });

  it('takes a file, a ring, and any observer of records', () => {
    expectTypeOf(traceFile).returns.toExtend<NonNullable<HotReloadOptions['trace']>>();
    expectTypeOf(traceRing).returns.toExtend<Observer<TraceRecord>>();
    expectTypeOf<Observer<TraceRecord>>().toExtend<NonNullable<HotReloadOptions['trace']>>();
  });
});
