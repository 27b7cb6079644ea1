import { expectTypeOf, it } from 'vitest';
import type * as main from '../../src/index.js';
import type * as operators from '../../src/operators/index.js';
import type * as runtime from '../../src/runtime/index.js';

it('a folder has the types that its functions speak of, as the main entry has', () => {
  expectTypeOf<operators.BreakerStateName>().toEqualTypeOf<main.BreakerStateName>();
  expectTypeOf<operators.CircuitBreaker['state']>().toEqualTypeOf<operators.BreakerStateName>();
  expectTypeOf<runtime.ReloadTarget>().toEqualTypeOf<main.ReloadTarget>();
  expectTypeOf<runtime.PluginRuntime>().toExtend<runtime.ReloadTarget>();
  expectTypeOf<runtime.ReloadError>().toEqualTypeOf<main.ReloadError>();
  expectTypeOf<runtime.ReloadFailure>().toEqualTypeOf<main.ReloadFailure>();
});
