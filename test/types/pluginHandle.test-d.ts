import { expectTypeOf, it } from 'vitest';
import type { PluginHandle, PluginRuntime } from '../../src/runtime/index.js';

interface Counter {
  readonly increment: (by?: number) => number;
  readonly slow: (name: string, options: { readonly deep: boolean }) => Promise<readonly string[]>;
  readonly same: <A>(value: A) => A;
  readonly LIMIT: 10;
  readonly saveState: () => { readonly n: number };
  readonly restoreState: (state: { readonly n: number }) => void;
  readonly migrate: (state: unknown) => unknown;
  readonly init: () => void;
  readonly start: (ctx: object) => Promise<void>;
  readonly stop: () => void;
  readonly health: () => boolean;
}
declare const runtime: PluginRuntime;

it('has the functions of the module, each with a promise of what it returns', () => {
  const counter = runtime.plugin<Counter>('counter');
  expectTypeOf(counter.increment).toEqualTypeOf<(by?: number) => Promise<number>>();
  expectTypeOf(counter.slow('a', { deep: true })).toEqualTypeOf<Promise<readonly string[]>>();
  expectTypeOf<keyof PluginHandle<Counter>>().toEqualTypeOf<'increment' | 'slow' | 'same'>();
});

it('takes the type of a module', () => {
  type Module = typeof import('../../examples/plugins/counter/index.js');
  expectTypeOf(runtime.plugin<Module>('counter').increment).returns.resolves.toBeNumber();
});

it('takes any function without a type', () => {
  const counter = runtime.plugin('counter');
  expectTypeOf(counter['increment']?.(1)).toEqualTypeOf<Promise<unknown> | undefined>();
});

it('rejects what the module does not have', () => {
  const counter = runtime.plugin<Counter>('counter');
  // @ts-expect-error [ts2345] -- a number.
  void counter.increment('a');
  // @ts-expect-error [ts2551] -- no such function.
  void counter.incremnt;
  // @ts-expect-error [ts2339] -- no function.
  void counter.LIMIT;
  // @ts-expect-error [ts2339] -- the runtime calls it.
  void counter.saveState;
  // @ts-expect-error [ts2540] -- nothing to assign.
  counter.increment = () => Promise.resolve(1);
});
