import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { auditTime, type Observable, Subject, Subscription, tap } from 'rxjs';
import { prometheusMetrics } from '../metrics/index.js';
import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import { every } from './adapters/every.js';
import { randomToken } from './adapters/randomToken.js';
import { FleetBoard } from './fleet/FleetBoard.js';
import type { FleetChange } from './fleet/FleetChange.js';
import { EventHub } from './server/EventHub.js';
import { RequestHandler } from './server/RequestHandler.js';

/** How a dashboard is served. */
export interface DashboardOptions {
  /** The runtime of the pipeline: the buttons reload and roll back through it. Left out: the buttons say that it is missing. */
  readonly runtime?: unknown;
  /** Whoever knows it sees the page. At least 16 characters. Default: 128 random bits, in the address that `listen` gives. */
  readonly token?: string;
  /** Whether the page may give orders: reload, roll back, reset a breaker. Default false. */
  readonly actions?: boolean;
  /** How many events are kept for readers who come later: a whole number from 1 to 1,000,000. Default 10,000. */
  readonly count?: number;
  /**
   * Names beside 127.0.0.1, localhost, [::1] and `listen({ host })` under which the page is reached, without a port: others are refused. Needed
   * with `host: '0.0.0.0'`, behind a proxy, and where it is mounted. Default: none.
   */
  readonly hosts?: readonly string[];
  /**
   * A test that shows what happened to a plugin in a range of time, to copy from the page. Milliseconds of the events' clock. Left out: the page
   * offers the events alone.
   */
  readonly describe?: (range: DashboardRange) => Promise<string>;
  /**
   * What the run would have been with other settings, each as `name=value`, such as `debounce.maxMs=100`. What it rejects with is shown on the
   * page. Left out: the page has no such form.
   */
  readonly predict?: (settings: readonly string[]) => Promise<DashboardPrediction>;
  /**
   * What happens in a fleet, such as `fleetChanges(fleet)` of `hotpipe/fleet` tells it: waves, hosts, refusals. Subscribed to at once, and until
   * `close()`. Left out: the page shows none.
   */
  readonly fleet$?: Observable<FleetChange>;
  /**
   * A test of what the first host that refused a version saw before, to copy from the page, such as that of `describeEvents` of
   * `hotpipe/trace`. Left out: the page offers the events alone.
   */
  readonly describeEvents?: (plugin: string, events: readonly ReloadEvent[]) => Promise<string>;
  /** Resets the breaker of a plugin, for the button. Left out: the button says that it is missing. */
  readonly resetBreaker?: (plugin: string) => void;
}

/** What `predict` says. */
export interface DashboardPrediction {
  /** How far the same prediction is off for the run as it was: a share of its attempts. */
  readonly selfErrorRatio: number;
  /** A row each for the run as it was and for the other settings, such as those of `whatIf`. Each field of the first one is a column. */
  readonly rows: readonly { readonly name: string }[];
}

/** A range of time that was chosen in a plugin's lane. */
export interface DashboardRange {
  readonly plugin: string;
  /** In milliseconds, on the clock of the events. */
  readonly fromMs: number;
  /** In milliseconds, on the clock of the events. */
  readonly toMs: number;
}

/** Where `listen` listens. */
export interface ListenOptions {
  /** A port; 0 takes a free one. Default 0. */
  readonly port?: number;
  /** An address of this machine. Default 127.0.0.1. Another one is for networks that you trust: there is no encryption. */
  readonly host?: string;
}

/** A dashboard that runs. */
export interface Dashboard {
  /**
   * Answers a request of `node:http`, as express and others hand it on. Mounted under a path, its own paths are below that. Answers
   * everything itself, with 403 where the token is missing.
   */
  handle(request: unknown, response: unknown): void;
  /** Serves it by itself. Rejects when the address cannot be had. */
  listen(options?: ListenOptions): Promise<{
    /** The address of the page, with its token. */
    readonly url: string;
    /** Ends the server, and answers that are under way. */
    close(): Promise<void>;
  }>;
  /** Ends the subscription of the events and all answers that are under way. */
  close(): void;
}

const BEAT_MS = 15_000;
/** A fleet is drawn at most so often: a thousand hosts report within a second. */
const FLEET_MS = 250;
/** The tabs of a team. Each may hold 4 MiB before it is dropped. */
const MAX_READERS = 32;

/**
 * A page that shows a pipeline while it runs: a lane per plugin with its saves, windows, attempts and breaker; its version, health and last
 * error; why each thing happened. Off until it is asked for, and only for those who know the token.
 *
 * Contract:
 * - Subscribes at once, and until `close()`. Keeps `count` events.
 * - A reader who is more than 4 MiB behind is dropped, and counted; it comes back by itself and gets what it missed.
 * - Text of plugins is shown as text: the page runs its own script and no other (content security policy).
 *
 * @param events$ - The events of `hotReload`, shared, because each subscription of `hotReload` reloads on its own.
 * @param options - How it is served.
 *
 * @throws RangeError or TypeError that names the option and its value.
 */
export function dashboard(
  events$: Observable<ReloadEvent>,
  options: DashboardOptions = {},
): Dashboard {
  const { token = randomToken(), actions = false, count = 10_000, hosts = [] } = options;
  if (typeof token !== 'string' || token.length < 16) {
    throw new TypeError('dashboard: token must be a text of at least 16 characters');
  }
  if (!Number.isInteger(count) || count < 1 || count > 1_000_000) {
    throw new RangeError(
      `dashboard: count (${String(count)}) is no whole number from 1 to 1,000,000`,
    );
  }
  const allowed = new Set(hosts.map((host) => host.toLowerCase()));
  const hub = new EventHub(count, MAX_READERS, randomToken());
  // One subscription of the caller's: events that are not shared would run a host for each.
  const told$ = new Subject<ReloadEvent>();
  const metrics = prometheusMetrics(told$);
  // Whoever runs the pipeline is told of its error.
  told$.subscribe({ next: (event) => hub.add(event), error: () => undefined });
  const subscription = new Subscription();
  subscription.add(events$.subscribe(told$));
  const { fleet$ } = options;
  const board = new FleetBoard();
  if (fleet$ !== undefined) {
    const changes$ = fleet$.pipe(
      tap((change) => board.add(change)),
      auditTime(FLEET_MS),
    );
    const show = () => hub.showFleet(board.picture());
    show();
    subscription.add(changes$.subscribe({ next: show, error: () => undefined }));
  }
  const stopBeats = every(BEAT_MS, () => hub.beat());
  const handler = new RequestHandler({
    ...{ hub, token, actions, hosts: allowed, metrics: () => metrics.text() },
    ...{ runtime: options.runtime, resetBreaker: options.resetBreaker },
    ...{ describe: options.describe, predict: options.predict },
    recentOf: fleet$ && ((plugin) => board.recentOf(plugin)),
    describeEvents: options.describeEvents,
  });
  const close = () => {
    stopBeats();
    subscription.unsubscribe();
    metrics.close();
    hub.close();
  };
  return {
    handle: (request, response) => {
      if (!isRequest(request) || !isResponse(response)) {
        throw new TypeError('dashboard: handle takes a request and a response of node:http');
      }
      handler.answer(request, response);
    },
    listen: ({ port = 0, host = '127.0.0.1' } = {}) => {
      const server = createServer((request, response) => handler.answer(request, response));
      // 0.0.0.0 is no name that a browser asks for: what it is reached under there, `hosts` must say.
      allowed.add(host.includes(':') ? `[${host.toLowerCase()}]` : host.toLowerCase());
      return new Promise((resolve, reject) => {
        server.once('error', (error) => {
          reject(
            new Error(`dashboard: cannot listen on ${host}:${port}: ${error.message}`, {
              cause: error,
            }),
          );
        });
        server.listen(port, host, () => {
          const address = server.address();
          const actual = typeof address === 'object' && address !== null ? address.port : port;
          const shownHost = host.includes(':') ? `[${host}]` : host;
          resolve({
            url: `http://${shownHost}:${actual}/?t=${encodeURIComponent(token)}`,
            close: () =>
              new Promise((closed) => {
                server.close(() => closed());
                hub.close();
                server.closeAllConnections();
              }),
          });
        });
      });
    },
    close,
  };
}

function isRequest(value: unknown): value is IncomingMessage {
  return typeof value === 'object' && value !== null && 'headers' in value && 'url' in value;
}

function isResponse(value: unknown): value is ServerResponse {
  return typeof value === 'object' && value !== null && 'writeHead' in value && 'end' in value;
}
