import { isRight, left, right } from 'fp-ts/lib/Either.js';
import { isSome } from 'fp-ts/lib/Option.js';
import { NEVER } from 'rxjs';
import type { ReloadTarget, SaveState } from '../../../model/reload/ReloadTarget.js';
import { consecutive } from '../../../policies/breaker/consecutive.js';
import type { BuggyHost, PlantedBug } from './PlantedBug.js';

type Reload = ReloadTarget['reloadPlugin'];

/** Replaces `reloadPlugin` of the target. */
const withReload = (reloadOf: (target: ReloadTarget, host: BuggyHost) => Reload): PlantedBug => ({
  target: (target, host) => ({ ...target, reloadPlugin: reloadOf(target, host) }),
});

/** Acknowledges a save that it does not do. */
const savesNothing: SaveState = (record) => () => Promise.resolve(right({ ...record, seq: 1 }));

/** Defects of the runtime that hosts the plugins. */
export const targetBugs: Readonly<Record<string, PlantedBug>> = {
  'two-reloads-at-once': withReload((target) => (plugin, options) => () => {
    void target.reloadPlugin(plugin, options)();
    return target.reloadPlugin(plugin, options)();
  }),
  'old-disposed-before-commit': withReload((target) => (plugin, options) => async () => {
    await target.unloadPlugin(plugin)();
    return target.reloadPlugin(plugin, options)();
  }),
  'commits-after-the-deadline': withReload((target) => (plugin, options = {}) => {
    const { change, saveState } = options;
    return target.reloadPlugin(plugin, {
      ...(change && { change }),
      ...(saveState && { saveState }),
    });
  }),
  'commits-without-a-saved-state': withReload(
    (target) => (plugin, options) =>
      target.reloadPlugin(plugin, { ...options, saveState: savesNothing }),
  ),
  'burns-attempts-on-an-open-breaker': {
    // A breaker inside the attempt: each refusal counts as a failed attempt.
    ...withReload((target, { time }) => {
      const failures = new Map<string, number>();
      const openUntilMs = new Map<string, number>();
      return (plugin, options) => async () => {
        if (time.elapsedMs < (openUntilMs.get(plugin) ?? 0)) {
          return left({ _tag: 'EvaluationFailed', plugin, message: 'the breaker is open' });
        }
        const result = await target.reloadPlugin(plugin, options)();
        const count = isRight(result) ? 0 : (failures.get(plugin) ?? 0) + 1;
        failures.set(plugin, count);
        if (count >= 3) openUntilMs.set(plugin, time.elapsedMs + 500);
        return result;
      };
    }),
    options: (options) => ({ ...options, breaker: { trip: consecutive(1_000_000) } }),
  },
  'wakes-every-plugin': {
    target: (target, { plugins }) => ({ ...target, pluginsOf: () => plugins }),
  },
  'rolls-back-without-its-state': {
    target: (target) => ({
      ...target,
      replacePlugin: (plugin, version) => async () => {
        const state = await target.getPluginState(plugin)();
        const replaced = await target.replacePlugin(plugin, version)();
        if (isRight(replaced) && isRight(state) && isSome(state.right)) {
          await target.restorePluginState(plugin, state.right.value)();
        }
        return replaced;
      },
    }),
  },
  'reloads-beside-the-pipeline': {
    // Nobody hears what the runtime asks for, so it does it by itself.
    target: (target) => {
      const deaf = { ...target, requests$: NEVER };
      return deaf;
    },
  },
  'reloads-unchanged-bytes': withReload((target) => (plugin, options) => async () => {
    const result = await target.reloadPlugin(plugin, options)();
    const isSame = isRight(result) && result.right.from === result.right.to;
    if (isSame) await target.restartPlugin(plugin)();
    return result;
  }),
};
