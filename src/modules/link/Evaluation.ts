import { requireAsyncModule, requireCycle } from '../commonjs/requireErrors.js';
import { checkNames } from './linkNames.js';
import { ExternalModule, ModuleInstance, type Outcome } from './ModuleInstance.js';

/**
 * Runs linked modules as the language says: each once, what it imports first, modules without `await` in one turn, and modules that await
 * side by side. A module that failed fails again for whoever imports it later.
 *
 * A package that is not loaded yet is loaded when it is its turn, so that what stands before it has run. Meanwhile other evaluations wait.
 *
 * @source https://tc39.es/ecma262/#sec-moduleevaluation
 */
export class Evaluation {
  /** Counts the modules that began to wait. */
  #waitCount = 0;
  /** Settles when the evaluation that goes through modules now has reached all of them. */
  #turn: Promise<void> = Promise.resolve();
  #isBusy = false;

  async run(module: ModuleInstance): Promise<void> {
    while (this.#isBusy) await this.#turn;
    const root = module.cycleRoot ?? module;
    root.outcome ??= this.#start(root);
    await root.outcome.promise;
  }

  /**
   * Runs a module and what it imports in this turn, for a `require`. Refuses before anything runs: what waits for an `await`, and what runs
   * right now, which is a cycle.
   */
  runNow(
    module: ModuleInstance,
    importer: string | undefined,
    /** Whether a CommonJS file runs right now, since it was required. */
    isRunning: (path: string) => boolean,
  ): void {
    const reachable = [...reachableFrom(module)];
    // As Node, which finds the cycle while it links.
    const cycle = reachable.find(
      ({ status, path }) => status === 'evaluating' || (status === 'new' && isRunning(path)),
    );
    if (cycle !== undefined) throw requireCycle(cycle.path, importer);
    // Also one that has ended: what a `require` gives must not depend on the moment.
    const isWaiting = reachable.some(({ outline }) => outline.isAsync);
    if (isWaiting) throw requireAsyncModule(module.path, importer);
    const root = module.cycleRoot ?? module;
    root.outcome ??= this.#start(root);
    if (module.failure !== undefined) throw module.failure.thrown;
  }

  #start(root: ModuleInstance): Outcome {
    const outcome = newOutcome();
    const stack: ModuleInstance[] = [];
    const fail = (thrown: unknown) => {
      for (const module of stack) {
        module.status = 'evaluated';
        module.failure = { thrown };
      }
      outcome.reject(thrown);
    };
    const end = () => {
      if (root.waitOrder === undefined) outcome.resolve();
    };
    root.outcome = outcome;
    const steps = this.#reach(root, stack, 0);
    try {
      const first = steps.next();
      if (first.done === true) end();
      else this.#goOn(steps, first.value).then(end, fail);
    } catch (error) {
      fail(error);
    }
    return outcome;
  }

  /** Waits for a package at each step. */
  async #goOn(steps: Generator<Promise<void>, number>, first: Promise<void>): Promise<void> {
    const turn = newOutcome();
    this.#turn = turn.promise;
    this.#isBusy = true;
    try {
      for (let waitFor: Promise<void> | undefined = first; waitFor !== undefined; ) {
        const step: IteratorResult<Promise<void>, number> = await waitFor.then(
          () => steps.next(),
          (error: unknown) => steps.throw(error),
        );
        waitFor = step.done === true ? undefined : step.value;
      }
    } finally {
      this.#isBusy = false;
      turn.resolve();
    }
  }

  /** Goes depth first through what a module imports, and runs what waits for nothing. Returns how many modules were reached. */
  *#reach(
    module: ModuleInstance,
    stack: ModuleInstance[],
    reachedCount: number,
  ): Generator<Promise<void>, number> {
    if (module.status !== 'new') {
      if (module.failure !== undefined) throw module.failure.thrown;
      return reachedCount;
    }
    let count = reachedCount + 1;
    module.status = 'evaluating';
    module.depth = reachedCount;
    module.lowestDepth = reachedCount;
    stack.push(module);
    for (const target of module.targets) {
      if (target instanceof ExternalModule) {
        if (target.namespace !== undefined) continue;
        yield target.load();
        checkNames(module, target);
        continue;
      }
      count = yield* this.#reach(target, stack, count);
      this.#waitFor(module, target);
    }
    if (module.pendingCount > 0 || module.outline.isAsync) {
      this.#waitCount += 1;
      module.waitOrder = this.#waitCount;
      if (module.pendingCount === 0) this.#runAsync(module);
    } else runNow(module);
    if (module.lowestDepth === module.depth) closeCycle(module, stack);
    return count;
  }

  #waitFor(module: ModuleInstance, target: ModuleInstance): void {
    let needed = target;
    if (target.status === 'evaluating') {
      module.lowestDepth = Math.min(module.lowestDepth, target.lowestDepth);
    } else {
      needed = target.cycleRoot ?? target;
      if (needed.failure !== undefined) throw needed.failure.thrown;
    }
    if (needed.waitOrder === undefined) return;
    module.pendingCount += 1;
    needed.waiting.push(module);
  }

  #runAsync(module: ModuleInstance): void {
    const running = module.body?.run() ?? Promise.resolve();
    void running.then(
      () => this.#ended(module),
      (error: unknown) => failed(module, error),
    );
  }

  /** An asynchronous module has ended: those that waited for nothing else run, in the order in which they began to wait. */
  #ended(module: ModuleInstance): void {
    if (module.status === 'evaluated') return;
    settle(module);
    const ready: ModuleInstance[] = [];
    collectReady(module, ready);
    ready.sort((a, b) => (a.waitOrder ?? 0) - (b.waitOrder ?? 0));
    for (const next of ready) {
      if (next.status === 'evaluated') continue;
      if (next.outline.isAsync) {
        this.#runAsync(next);
        continue;
      }
      try {
        runNow(next);
      } catch (error) {
        failed(next, error);
        continue;
      }
      settle(next);
    }
  }
}

function runNow(module: ModuleInstance): void {
  void module.body?.run();
  module.ran();
}

function settle(module: ModuleInstance): void {
  module.waitOrder = undefined;
  module.status = 'evaluated';
  module.ran();
  module.outcome?.resolve();
}

function failed(module: ModuleInstance, thrown: unknown): void {
  if (module.status === 'evaluated') return;
  module.failure = { thrown };
  module.status = 'evaluated';
  module.waitOrder = undefined;
  for (const importer of module.waiting) failed(importer, thrown);
  module.outcome?.reject(thrown);
}

/** Modules that waited only for this one. What needs no `await` itself runs in the same turn, and so do those that wait for it. */
function collectReady(module: ModuleInstance, ready: ModuleInstance[]): void {
  for (const importer of module.waiting) {
    if (ready.includes(importer) || importer.cycleRoot?.failure !== undefined) continue;
    importer.pendingCount -= 1;
    if (importer.pendingCount > 0) continue;
    ready.push(importer);
    if (!importer.outline.isAsync) collectReady(importer, ready);
  }
}

/** The modules above `root` on the stack lead back to it: they are one cycle, and end together. */
function closeCycle(root: ModuleInstance, stack: ModuleInstance[]): void {
  for (let module = stack.pop(); module !== undefined; module = stack.pop()) {
    module.status = module.waitOrder === undefined ? 'evaluated' : 'evaluating async';
    module.cycleRoot = root;
    if (module === root) return;
  }
}

/** A module and all that it imports. */
function reachableFrom(root: ModuleInstance): ReadonlySet<ModuleInstance> {
  const found = new Set([root]);
  // The set grows while it is read.
  for (const { targets } of found) {
    for (const target of targets) if (target instanceof ModuleInstance) found.add(target);
  }
  return found;
}

function newOutcome(): Outcome {
  let resolve: Outcome['resolve'] = () => undefined;
  let reject: Outcome['reject'] = () => undefined;
  const promise = new Promise<void>((onEnd, onFailure) => {
    resolve = onEnd;
    reject = onFailure;
  });
  // Whoever evaluates the module gets the failure. Without this handler it would be an unhandled rejection as well.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
