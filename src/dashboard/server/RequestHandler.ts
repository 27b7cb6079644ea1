import type { IncomingMessage, ServerResponse } from 'node:http';
import { explainPlugin } from '../../explain/index.js';
import { PROMETHEUS_CONTENT_TYPE } from '../../metrics/index.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import { readPage } from '../adapters/readPage.js';
import { checkRequest, type RequestHead } from './checkRequest.js';
import type { EventHub, Reader } from './EventHub.js';
import { carryOut, decodeOrder } from './orders.js';

const MAX_ORDER_BYTES = 4_096;

const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** What a handler answers from. */
export interface HandlerParts {
  readonly hub: EventHub;
  readonly token: string;
  readonly actions: boolean;
  readonly hosts: ReadonlySet<string>;
  readonly runtime: unknown;
  readonly resetBreaker: ((plugin: string) => void) | undefined;
  readonly describe:
    | ((range: {
        readonly plugin: string;
        readonly fromMs: number;
        readonly toMs: number;
      }) => Promise<string>)
    | undefined;
  readonly predict: ((settings: readonly string[]) => Promise<unknown>) | undefined;
  /** The last events of the first host that refused a plugin's version. Undefined: no fleet is shown. */
  readonly recentOf: ((plugin: string) => readonly ReloadEvent[]) | undefined;
  readonly describeEvents:
    | ((plugin: string, events: readonly ReloadEvent[]) => Promise<string>)
    | undefined;
  /** The metrics as text. */
  readonly metrics: () => string;
}

/** Answers the requests of the page, by the last part of their path. */
export class RequestHandler {
  constructor(readonly parts: HandlerParts) {}

  answer(request: IncomingMessage, response: ServerResponse): void {
    const head = headOf(request);
    for (const [name, value] of Object.entries(SAFE_HEADERS)) response.setHeader(name, value);
    const refusal = checkRequest(head, this.parts);
    if (refusal !== undefined) {
      this.#text(response, refusal.status, `${refusal.reason}\n`);
      return;
    }
    const name = head.path.slice(head.path.lastIndexOf('/') + 1);
    if (head.method === 'POST') {
      if (name === 'orders') this.#order(request, response);
      else this.#text(response, 404, 'there is nothing here\n');
      return;
    }
    this.#show(name, head, response);
  }

  #show(name: string, head: RequestHead, response: ServerResponse): void {
    const { hub, metrics, actions, describe, predict, describeEvents } = this.parts;
    switch (name) {
      case '': {
        const { html, policy } = readPage();
        response.setHeader('content-security-policy', policy);
        this.#send(response, 200, 'text/html; charset=utf-8', html);
        return;
      }
      case 'events':
        this.#stream(head, response);
        return;
      case 'about':
        this.#json(response, 200, {
          ...{ v: 1, actions, tests: describe !== undefined, predicts: predict !== undefined },
          fleetTests: describeEvents !== undefined,
          dropped: hub.droppedReaders,
        });
        return;
      case 'explain': {
        const plugin = head.query.get('plugin') ?? '';
        this.#json(response, 200, explainPlugin(hub.events, plugin).slice(0, 20));
        return;
      }
      case 'test':
        this.#test(head, response);
        return;
      case 'fleet-events':
      case 'fleet-test':
        this.#recent(name, head, response);
        return;
      case 'what-if':
        this.#predict(head, response);
        return;
      case 'metrics':
        this.#send(response, 200, PROMETHEUS_CONTENT_TYPE, metrics());
        return;
      default:
        this.#text(response, 404, 'there is nothing here\n');
    }
  }

  #stream({ headers, method }: RequestHead, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    if (method === 'HEAD') {
      response.end();
      return;
    }
    const id = headers['last-event-id'];
    const lastId = typeof id === 'string' ? id : undefined;
    const reader: Reader = {
      send: (text) => void response.write(text),
      waitingBytes: () => response.writableLength,
      end: () => response.destroy(),
    };
    response.on('close', () => this.parts.hub.leave(reader));
    response.on('error', () => this.parts.hub.leave(reader));
    if (!this.parts.hub.join(reader, lastId)) {
      response.end('event: full\ndata: {}\n\n');
    }
  }

  #test({ query }: RequestHead, response: ServerResponse): void {
    const { describe } = this.parts;
    const [plugin, fromMs, toMs] = [query.get('plugin'), query.get('from'), query.get('to')];
    if (describe === undefined) {
      this.#text(response, 404, 'this dashboard makes no tests (option describe)\n');
      return;
    }
    const range = {
      plugin: plugin ?? '',
      fromMs: Number(fromMs ?? NaN),
      toMs: Number(toMs ?? NaN),
    };
    if (range.plugin === '' || !Number.isFinite(range.fromMs) || !Number.isFinite(range.toMs)) {
      this.#text(response, 400, 'a test needs plugin, from and to, the latter in milliseconds\n');
      return;
    }
    this.#answer(
      () => describe(range),
      (text) => this.#text(response, 200, text),
      response,
    );
  }

  /** What the first host that refused a version saw before, as lines of JSON or as a test. */
  #recent(as: 'fleet-events' | 'fleet-test', { query }: RequestHead, response: ServerResponse) {
    const { recentOf, describeEvents } = this.parts;
    const plugin = query.get('plugin') ?? '';
    const events = recentOf?.(plugin) ?? [];
    if (events.length === 0) {
      this.#text(response, 404, 'no host of a fleet has said what it saw before it refused\n');
    } else if (as === 'fleet-events') {
      this.#text(response, 200, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    } else if (describeEvents === undefined) {
      this.#text(response, 404, 'this dashboard makes no tests (option describeEvents)\n');
    } else {
      this.#answer(
        () => describeEvents(plugin, events),
        (text) => this.#text(response, 200, text),
        response,
      );
    }
  }

  #predict({ query }: RequestHead, response: ServerResponse): void {
    const { predict } = this.parts;
    const settings = query.getAll('set').flatMap((text) => text.split(/\s+/).filter(Boolean));
    if (predict === undefined) {
      this.#text(response, 404, 'this dashboard predicts nothing (option predict)\n');
    } else if (settings.length === 0) {
      this.#text(response, 400, 'a prediction needs a setting: set=debounce.maxMs=100\n');
    } else {
      this.#answer(
        () => predict(settings),
        (value) => this.#json(response, 200, value),
        response,
      );
    }
  }

  /** Answers with what a user's function says. It may throw at once. */
  #answer<A>(ask: () => Promise<A>, send: (value: A) => void, response: ServerResponse): void {
    const answered = Promise.resolve().then(ask);
    answered.then(send, (error: unknown) => {
      this.#text(response, 409, `${error instanceof Error ? error.message : String(error)}\n`);
    });
  }

  #order(request: IncomingMessage, response: ServerResponse): void {
    if (!this.parts.actions) {
      this.#json(response, 403, {
        ok: false,
        message: 'this dashboard takes no orders (option actions)',
      });
      request.resume();
      return;
    }
    if (request.readableEnded) {
      const message =
        'the body of the order was read before it came here: mount the dashboard before parsers of bodies';
      this.#json(response, 400, { ok: false, message });
      return;
    }
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => {
      text += part;
      if (text.length > MAX_ORDER_BYTES) request.destroy();
    });
    request.on('end', () => {
      const order = decodeOrder(text);
      if (typeof order === 'string') {
        this.#json(response, 400, { ok: false, message: order });
        return;
      }
      const { runtime, resetBreaker } = this.parts;
      carryOut(order, runtime, resetBreaker).then(
        (outcome) => this.#json(response, outcome.ok ? 200 : 409, outcome),
        (error: unknown) => this.#json(response, 500, { ok: false, message: String(error) }),
      );
    });
    request.on('error', () => undefined);
  }

  #json(response: ServerResponse, status: number, value: unknown): void {
    this.#send(response, status, 'application/json; charset=utf-8', JSON.stringify(value));
  }

  #text(response: ServerResponse, status: number, text: string): void {
    this.#send(response, status, 'text/plain; charset=utf-8', text);
  }

  #send(response: ServerResponse, status: number, type: string, body: string): void {
    if (response.destroyed || response.headersSent) return;
    response.writeHead(status, { 'content-type': type });
    response.end(body);
  }
}

function headOf({ method = 'GET', url = '/', headers }: IncomingMessage): RequestHead {
  const [path = '/', search = ''] = url.split('?', 2);
  return { method, path, query: new URLSearchParams(search), headers };
}
