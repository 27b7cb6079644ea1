import type { Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Observable } from 'rxjs';
import { expectTypeOf, it } from 'vitest';
import * as fleet from '../../src/fleet/index.js';
import type { HotReloadOptions } from '../../src/index.js';
import * as nats from '../../src/nats/index.js';

it('an engine is a store and bundles, whichever it is', () => {
  expectTypeOf(fleet.memoryFleet).returns.toExtend<fleet.FleetStore & fleet.Bundles>();
  expectTypeOf<nats.NatsFleet>().toExtend<fleet.FleetStore & fleet.Bundles>();
  expectTypeOf(nats.natsFleet).parameter(0).toBeUnknown();
  expectTypeOf<ReturnType<fleet.FleetStore['write']>>().toEqualTypeOf<
    TaskEither<fleet.FleetError, fleet.Revision<fleet.Desired>>
  >();
  expectTypeOf<ReturnType<fleet.FleetStore['lease']>>().toEqualTypeOf<
    Observable<{ readonly fence: number }>
  >();
});

it('bundles are packed, signed and read', () => {
  expectTypeOf(fleet.packBundle).toBeCallableWith('plugins/counter');
  expectTypeOf(fleet.packBundle).returns.toExtend<
    TaskEither<fleet.FleetError, { readonly digest: string; readonly bytes: Uint8Array }>
  >();
  expectTypeOf(fleet.readBundle).toBeCallableWith(new Uint8Array(), { maxFiles: 1 });
  expectTypeOf(fleet.readBundle).returns.toEqualTypeOf<
    Either<fleet.FleetError, ReadonlyMap<string, Uint8Array>>
  >();
  expectTypeOf(fleet.signBundle).returns.toEqualTypeOf<{
    readonly statement: string;
    readonly signature: string;
  }>();
  expectTypeOf(fleet.fleetKeys).returns.toEqualTypeOf<{
    readonly publicKey: string;
    readonly privateKey: string;
  }>();
});

it("an agent's parts are options of hotReload", () => {
  expectTypeOf<fleet.FleetAgent['load']>().toExtend<NonNullable<HotReloadOptions['load']>>();
  expectTypeOf<fleet.FleetAgent['source$']>().toExtend<HotReloadOptions['source$']>();
  expectTypeOf(fleet.fleetAgent).parameter(0).toHaveProperty('splayMs');
  // @ts-expect-error -- an agent without keys would trust everybody
  expectTypeOf(fleet.fleetAgent).toBeCallableWith({
    host: 'a',
    dir: 'b',
    fleet: fleet.memoryFleet(),
    bundles: fleet.memoryFleet(),
  });
});

it('a document of the first version is still one: what was added may be left out', () => {
  expectTypeOf<{
    readonly v: 1;
    readonly plugin: string;
    readonly rollout: string;
    readonly salt: string;
    readonly stable: fleet.Candidate | null;
    readonly previous: fleet.Candidate | null;
    readonly candidate: fleet.Candidate | null;
    readonly wave: number;
    readonly below: string | null;
    readonly control: readonly string[];
    readonly bakeFromMs: number | null;
    readonly refused: readonly string[];
    readonly paused: boolean;
    readonly fence: number;
    readonly op: string;
    readonly outcome: 'promoted' | 'aborted' | 'inconclusive' | null;
    readonly reason: string | null;
  }>().toExtend<fleet.Desired>();
  expectTypeOf(fleet.decideRollout).returns.toExtend<{
    readonly _tag: 'wait' | 'openWave' | 'bake' | 'promote' | 'abort' | 'inconclusive';
    readonly next?: fleet.Desired;
    readonly atMs?: number;
    readonly reason: string;
  }>();
});

it('waves that can never work do not compile', () => {
  expectTypeOf<1>().toExtend<fleet.RolloutPolicy['waves'][number]>();
  expectTypeOf<'12.5%'>().toExtend<fleet.RolloutPolicy['waves'][number]>();
  expectTypeOf<'half'>().not.toExtend<fleet.RolloutPolicy['waves'][number]>();
  // @ts-expect-error -- a policy without a deadline would wait for ever
  expectTypeOf<{ waves: [1]; bakeMs: 1 }>().toExtend<fleet.RolloutPolicy>();
});
