import type { ListenerHost, Owned, PluginContext } from './PluginContext.js';
import { noTalk, type PluginTalk } from './PluginTalk.js';

/** The part of an RxJS scheduler that timers need. A worker's thread has its own, since loading RxJS would delay its start. */
export interface TimerScheduler {
  schedule(
    work: (this: { schedule(state: undefined, delayMs: number): unknown }) => void,
    delayMs: number,
  ): { unsubscribe(): void };
}

/** The context of a version, and how to end all that the version owns. */
export interface OwnedContext {
  readonly context: PluginContext;
  /**
   * Aborts the context's signal, then ends the resources one after the other, the newest first. Never rejects. Once `overdue` is
   * aborted, it ends the remaining resources without waiting for any. Resolves with what they threw until then.
   */
  dispose(overdue?: AbortSignal): Promise<readonly unknown[]>;
}

/** Makes the context of one version. What its timers and listeners throw goes to `onError`, and does not end the process. */
export function createContext(options: {
  readonly plugin: string;
  readonly version: number;
  readonly scheduler: TimerScheduler;
  readonly onError: (error: unknown) => void;
  /** What the host provides. Default: nothing. */
  readonly host?: Readonly<Record<string, unknown>>;
  /** Default: nobody listens. */
  readonly talk?: PluginTalk;
}): OwnedContext {
  const { plugin, version, scheduler, onError, host = {}, talk = noTalk } = options;
  const abort = new AbortController();
  /** How to end each resource that is still open, in the order in which they were added. */
  const endings = new Set<() => unknown>();

  const run = (work: () => unknown) => {
    void new Promise((resolve) => {
      resolve(work());
    }).catch(onError);
  };
  /** Registers how to end a resource. Returns a function that ends it at most once. After the version's end it is ended at once. */
  const register = (end: () => unknown): (() => void) => {
    const once = () => (endings.delete(once) ? end() : undefined);
    endings.add(once);
    // No caller waits for this end, so what it throws goes to `onError`.
    if (abort.signal.aborted) run(once);
    return once;
  };

  const context: PluginContext = {
    plugin,
    version,
    host,
    signal: abort.signal,
    setInterval(work, everyMs) {
      const timer = scheduler.schedule(function repeat() {
        run(work);
        this.schedule(undefined, everyMs);
      }, everyMs);
      return register(() => timer.unsubscribe());
    },
    setTimeout(work, afterMs) {
      const timer: { current?: ReturnType<TimerScheduler['schedule']> } = {};
      const cancel = register(() => timer.current?.unsubscribe());
      if (abort.signal.aborted) return cancel;
      timer.current = scheduler.schedule(() => {
        cancel();
        run(work);
      }, afterMs);
      return cancel;
    },
    on(emitter, event, listener) {
      return register(listen(emitter, event, (...args) => run(() => listener(...args))));
    },
    own(resource) {
      register(() => end(resource));
      return resource;
    },
    call: (other, fn, ...args) => talk.call(other, fn, args),
    emit(name, payload) {
      if (!abort.signal.aborted) talk.emit({ plugin, version, name, payload });
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
