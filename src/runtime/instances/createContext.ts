import type { ListenerHost, Owned, PluginContext } from './PluginContext.js';

/** As much of a scheduler as timers need; in a worker there is no RxJS, whose loading a start would wait for. */
export interface TimerScheduler {
  schedule(
    work: (this: { schedule(state: undefined, delayMs: number): unknown }) => void,
    delayMs: number,
  ): { unsubscribe(): void };
}

export interface OwnedContext {
  readonly context: PluginContext;
  /**
   * Ends all that the version owns, newest first, one after the other; never throws. From `overdue` on nothing is waited for: what is
   * left is ended at once. Gives what went wrong until then.
   */
  dispose(overdue?: AbortSignal): Promise<readonly unknown[]>;
}

/** The context of one version. What its timers and listeners throw goes to `onError`, not to the process. */
export function createContext(options: {
  readonly plugin: string;
  readonly version: number;
  readonly scheduler: TimerScheduler;
  readonly onError: (error: unknown) => void;
}): OwnedContext {
  const { plugin, version, scheduler, onError } = options;
  const abort = new AbortController();
  const endings = new Set<() => unknown>();

  const run = (work: () => unknown) => {
    void new Promise((resolve) => {
      resolve(work());
    }).catch(onError);
  };
  /** Remembers how to end something; what is already over is ended at once. */
  const owns = (end: () => unknown): (() => void) => {
    const once = () => (endings.delete(once) ? end() : undefined);
    endings.add(once);
    // Nobody waits for this end: what it throws, at once or later, is told.
    if (abort.signal.aborted) run(once);
    return once;
  };

  const context: PluginContext = {
    plugin,
    version,
    signal: abort.signal,
    setInterval(work, everyMs) {
      const timer = scheduler.schedule(function repeat() {
        run(work);
        this.schedule(undefined, everyMs);
      }, everyMs);
      return owns(() => timer.unsubscribe());
    },
    setTimeout(work, afterMs) {
      const timer: { current?: ReturnType<TimerScheduler['schedule']> } = {};
      const cancel = owns(() => timer.current?.unsubscribe());
      if (abort.signal.aborted) return cancel;
      timer.current = scheduler.schedule(() => {
        cancel();
        run(work);
      }, afterMs);
      return cancel;
    },
    on(emitter, event, listener) {
      return owns(listen(emitter, event, (...args) => run(() => listener(...args))));
    },
    own(resource) {
      owns(() => end(resource));
      return resource;
    },
  };

  return {
    context,
    async dispose(overdue) {
      const problems: unknown[] = [];
      const attempt = async (work: () => unknown) => {
        try {
          await work();
        } catch (error) {
          problems.push(error);
        }
      };
      const isOverdue = new Promise<void>((resolve) => {
        overdue?.addEventListener('abort', () => resolve(), { once: true });
      });
      await attempt(() => abort.abort());
      for (const ending of [...endings].reverse()) {
        await Promise.race([attempt(ending), isOverdue]);
      }
      return problems;
    },
  };
}

function listen(
  emitter: ListenerHost,
  event: string,
  listener: (...args: unknown[]) => void,
): () => unknown {
  if ('addEventListener' in emitter) {
    emitter.addEventListener(event, listener);
    return () => emitter.removeEventListener(event, listener);
  }
  emitter.on(event, listener);
  return () => emitter.off(event, listener);
}

function end(resource: Owned): unknown {
  if (typeof resource === 'function') return resource();
  if ('unsubscribe' in resource) return resource.unsubscribe();
  if ('dispose' in resource) return resource.dispose();
  if (Symbol.dispose in resource) return resource[Symbol.dispose]();
  return resource[Symbol.asyncDispose]();
}
