import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import fastify from 'fastify';
import { Observable, Subject } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Dashboard,
  type DashboardOptions,
  dashboard,
  type FleetChange,
} from '../../../dist/dashboard/index.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';

/** Express has no types of its own: what is used of it. */
interface Express extends RequestListener {
  use(path: string, handler: RequestListener): void;
  use(handler: RequestListener): void;
  listen(port: number, host: string): Server;
}
const express: { (): Express; json(): RequestListener } = createRequire(import.meta.url)('express');

const TOKEN = 'a-token-of-16-characters';
let ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

const loaded = (i: number, plugin = 'a'): ReloadEvent => ({
  ...{ v: 1, i, atMs: 1_000 + i, plugin, _tag: 'Loaded', version: i + 1 },
});

async function serve(options: DashboardOptions = {}) {
  const events$ = new Subject<ReloadEvent>();
  const board = dashboard(events$, { token: TOKEN, ...options });
  const server = await board.listen();
  ends.push(() => board.close(), server.close);
  const { origin, port } = new URL(server.url);
  const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${origin}${path}`, { headers });
  return { events$, board, server, origin, port: Number(port), get };
}

/** A request as text, with any header. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(text));
    let answer = '';
    socket.on('data', (data: Buffer) => (answer += data.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

/** Reads a stream of server-sent events until it holds so many events of the pipeline. */
async function read(url: string, count: number, headers: Readonly<Record<string, string>> = {}) {
  const ending = new AbortController();
  const answer = await fetch(url, { headers, signal: ending.signal });
  let text = '';
  const events: ReloadEvent[] = [];
  const decoder = new TextDecoder();
  if (answer.body === null) throw new Error('no body');
  for await (const part of answer.body) {
    text += decoder.decode(part, { stream: true });
    events.length = 0;
    for (const [, data = ''] of text.matchAll(/^data: (\[.*\])$/gm)) {
      events.push(...JSON.parse(data));
    }
    if (events.length >= count) break;
  }
  ending.abort();
  const hello: unknown = JSON.parse(/^event: hello\ndata: (.*)$/m.exec(text)?.[1] ?? 'null');
  const ids = [...text.matchAll(/^id: ([0-9a-f]{32}-\d+)$/gm)].map(([, id = '']) => id);
  return { events, hello, ids };
}

/** The dashboard below `/hot` of an application; its origin. */
async function mounted(
  name: 'express' | 'fastify',
  board: Dashboard,
  before: readonly RequestListener[] = [],
): Promise<string> {
  ends.push(() => board.close());
  if (name === 'express') {
    const app = express();
    for (const handler of before) app.use(handler);
    app.use('/hot', (request, response) => board.handle(request, response));
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(() => void server.close());
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }
  const app = fastify();
  app.addHook('onRequest', (request, reply, next) => {
    if (!request.url.startsWith('/hot/')) return next();
    reply.hijack();
    board.handle(request.raw, reply.raw);
  });
  ends.push(() => app.close());
  return app.listen({ port: 0, host: '127.0.0.1' });
}

describe('a dashboard', () => {
  it('answers on the loopback address alone, at the address that it gives', async () => {
    const { server } = await serve();

    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?t=a-token-of-16-characters$/);
    const page = await fetch(server.url);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await page.text()).toContain('<title>hotpipe</title>');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-\S+'; style-src 'sha256-\S+';/);
    expect(policy).not.toContain('unsafe');
    expect(page.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each([
    '/',
    '/events',
    '/about',
    '/explain?plugin=a',
    '/metrics',
    '/fleet-events?plugin=a',
    '/none',
  ])('refuses %s without its token, and with a wrong one', async (path) => {
    const { get } = await serve();
    const joint = path.includes('?') ? '&' : '?';

    for (const asked of [path, `${path}${joint}t=`, `${path}${joint}t=${TOKEN.slice(1)}x`]) {
      const answer = await get(asked);
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain('the token is missing or wrong');
    }
    expect((await get(path, { authorization: 'Bearer nope' })).status).toBe(403);
  });

  it('takes the token as a header too', async () => {
    const { get } = await serve();

    expect((await get('/about', { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
  });

  it.each([
    ['another host, as after DNS rebinding', 'host: evil.example', 421],
    ['no host', 'host: ', 421],
    ['a host that begins as this one', 'host: localhost.evil.example', 421],
    ['a page of another site', 'host: localhost:PORT\r\norigin: https://evil.example', 403],
    ['a page of another port', 'host: localhost:PORT\r\norigin: http://localhost:1', 403],
    ['a page without an origin', 'host: localhost:PORT\r\norigin: null', 403],
  ])('refuses %s', async (_name, headers, status) => {
    const { port } = await serve();
    const answer = await raw(
      port,
      `GET /about?t=${TOKEN} HTTP/1.1\r\n${headers.replaceAll('PORT', String(port))}\r\nconnection: close\r\n\r\n`,
    );

    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  it('sends what there is, and each event as it comes', async () => {
    const { events$, origin } = await serve();
    for (let i = 0; i < 1_200; i += 1) events$.next(loaded(i));
    const reading = read(`${origin}/events?t=${TOKEN}`, 1_201);
    const sending = setInterval(() => events$.next(loaded(1_200)), 20);
    ends.push(() => clearInterval(sending));

    const { events, hello, ids } = await reading;
    expect(events.slice(0, 1_200).map(({ i }) => i)).toEqual([...Array(1_200).keys()]);
    expect(hello).toEqual({ v: 1, isFresh: true, lost: 0, dropped: 0 });
    expect(ids.slice(0, 2).map((id) => Number(id.split('-')[1]))).toEqual([499, 999]);
  });

  it('a reader that comes back gets what it missed, and is told what is gone', async () => {
    const { events$, origin } = await serve({ count: 100 });
    for (let i = 0; i < 90; i += 1) events$.next(loaded(i));
    const { ids } = await read(`${origin}/events?t=${TOKEN}`, 90);
    const at49 = { 'last-event-id': ids[0]?.replace(/\d+$/, '49') ?? '' };
    const missed = await read(`${origin}/events?t=${TOKEN}`, 40, at49);
    expect(missed.hello).toEqual({ v: 1, isFresh: false, lost: 0, dropped: 0 });
    expect(missed.events.map(({ i }) => i)).toEqual([...Array(40).keys()].map((at) => 50 + at));

    for (let i = 90; i < 1_000; i += 1) events$.next(loaded(i));
    const late = await read(`${origin}/events?t=${TOKEN}`, 100, at49);
    const [first] = late.events;
    expect(late.hello).toMatchObject({ isFresh: false, lost: (first?.i ?? 0) - 50 });
    expect(late.events.at(-1)?.i).toBe(999);
  });

  it.each(['5000', '49', `${'0'.repeat(32)}-49`, 'x'])(
    'a reader that comes back from another run starts over: %s',
    async (id) => {
      const { events$, origin } = await serve();
      for (let i = 0; i < 90; i += 1) events$.next(loaded(i));
      const { hello, events } = await read(`${origin}/events?t=${TOKEN}`, 90, {
        'last-event-id': id,
      });

      expect(hello).toMatchObject({ isFresh: true, lost: 0 });
      expect(events.map(({ i }) => i)).toEqual([...Array(90).keys()]);
    },
  );

  it('drops a reader that takes nothing, counts it, and goes on for the others', async () => {
    const { events$, port, get } = await serve({ count: 10 });
    const slow = connect(port, '127.0.0.1');
    ends.push(() => void slow.destroy());
    slow.pause();
    slow.write(`GET /events?t=${TOKEN} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
    const error = { _tag: 'EvaluationFailed', plugin: 'a', message: 'x'.repeat(100_000) };
    const big = { ...loaded(0), _tag: 'ReloadFailed', error, stillServing: 1, willRetry: false };
    const dropped = async () => {
      const told: unknown = await (await get(`/about?t=${TOKEN}`)).json();
      return told;
    };
    for (let round = 0; round < 4_000; round += 1) {
      events$.next(big as ReloadEvent);
      if (round % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await expect.poll(dropped, { timeout: 10_000 }).toMatchObject({ dropped: 1 });
  });

  it('explains, and gives the metrics', async () => {
    const { events$, get } = await serve();
    events$.next(loaded(0));

    expect(await (await get(`/explain?plugin=a&t=${TOKEN}`)).json()).toEqual([
      { plugin: 'a', atMs: 1_000, because: ['Version 1 serves.'], text: 'a: Version 1 serves.' },
    ]);
    const metrics = await get(`/metrics?t=${TOKEN}`);
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await metrics.text()).toContain('hotpipe_plugin_generation{plugin="a"} 1\n');
  });

  it.each(['express', 'fastify'] as const)(
    'is mounted in %s, where its orders reach it',
    async (name) => {
      const board = dashboard(new Subject(), { token: TOKEN, actions: true });
      const origin = await mounted(name, board);
      expect((await fetch(`${origin}/hot/?t=${TOKEN}`)).status).toBe(200);
      const answer = await fetch(`${origin}/hot/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
        body: JSON.stringify({ order: 'reload', plugin: 'a' }),
      });

      expect([answer.status, await answer.json()]).toEqual([
        409,
        {
          ok: false,
          message: 'reload needs a runtime with reloadPlugin, which dashboard was not given',
        },
      ]);
    },
  );

  it('says so where a parser has read the body of an order before it', async () => {
    const board = dashboard(new Subject(), { token: TOKEN, actions: true });
    const origin = await mounted('express', board, [express.json()]);
    const answer = await fetch(`${origin}/hot/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ order: 'reload', plugin: 'a' }),
    });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      message: expect.stringContaining('mount the dashboard before'),
    });
  });

  it('runs events that are not shared once', () => {
    let runs = 0;
    const events$ = new Observable<ReloadEvent>(() => void (runs += 1));
    dashboard(events$).close();

    expect(runs).toBe(1);
  });

  it('answers a describe that throws at once', async () => {
    const { get } = await serve({
      describe: () => {
        throw new Error('no test of it');
      },
    });
    const answer = await get(`/test?plugin=a&from=1&to=5&t=${TOKEN}`);

    expect([answer.status, await answer.text()]).toEqual([409, 'no test of it\n']);
  });

  it('gives a test of a range where somebody can make one', async () => {
    const asked: unknown[] = [];
    const describeRange = (range: unknown) => {
      asked.push(range);
      return Promise.resolve("it('…')");
    };
    const { get } = await serve({ describe: describeRange });
    const answer = await get(`/test?plugin=a&from=1&to=5&t=${TOKEN}`);

    expect([answer.status, await answer.text()]).toEqual([200, "it('…')"]);
    expect(asked).toEqual([{ plugin: 'a', fromMs: 1, toMs: 5 }]);
    expect((await get(`/test?plugin=a&from=x&to=5&t=${TOKEN}`)).status).toBe(400);
    expect((await (await serve()).get(`/test?plugin=a&from=1&to=5&t=${TOKEN}`)).status).toBe(404);
  });
});

describe('predictions', () => {
  const row = { name: 'recorded', attempts: 3 };

  it('are what the option says', async () => {
    const asked: unknown[] = [];
    const { get } = await serve({
      predict: (settings) => {
        asked.push(settings);
        return Promise.resolve({ selfErrorRatio: 0, rows: [row] });
      },
    });
    const answer = await get(`/what-if?set=a.b=1%20c=2&set=d=3&t=${TOKEN}`);

    expect(await answer.json()).toEqual({ selfErrorRatio: 0, rows: [row] });
    expect(asked).toEqual([['a.b=1', 'c=2', 'd=3']]);
  });

  it('are refused without a setting, without the option, and with its words', async () => {
    const predict = () => {
      throw new Error('not known');
    };
    const { get } = await serve({ predict });
    const refused = await get(`/what-if?set=a=1&t=${TOKEN}`);

    expect([refused.status, await refused.text()]).toEqual([409, 'not known\n']);
    expect((await get(`/what-if?set=%20&t=${TOKEN}`)).status).toBe(400);
    expect((await get('/what-if?set=a=1')).status).toBe(403);
    expect((await (await serve()).get(`/what-if?set=a=1&t=${TOKEN}`)).status).toBe(404);
  });
});

describe('orders', () => {
  const order = (origin: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${origin}/orders`, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const runtime = () => {
    const calls: unknown[] = [];
    const answer =
      (name: string) =>
      (...args: readonly unknown[]) =>
      () => {
        calls.push([name, ...args]);
        return Promise.resolve(
          args[0] === 'gone'
            ? { _tag: 'Left', left: { message: 'no plugin of the name gone' } }
            : { _tag: 'Right', right: {} },
        );
      };
    return {
      calls,
      reloadPlugin: answer('reloadPlugin'),
      rollBackPlugin: answer('rollBackPlugin'),
    };
  };

  it('are refused unless they are asked for', async () => {
    const own = runtime();
    const { origin } = await serve({ runtime: own });
    const answer = await order(origin, { order: 'reload', plugin: 'a' });

    expect(answer.status).toBe(403);
    expect(own.calls).toEqual([]);
  });

  it('reload and roll back through the runtime, and say how it went', async () => {
    const own = runtime();
    const reset: string[] = [];
    const { origin } = await serve({
      ...{ runtime: own, actions: true, resetBreaker: (plugin) => void reset.push(plugin) },
    });

    expect(await (await order(origin, { order: 'reload', plugin: 'a' })).json()).toEqual({
      ...{ ok: true, message: 'a: done' },
    });
    await order(origin, { order: 'rollBack', plugin: 'a' });
    await order(origin, { order: 'resetBreaker', plugin: 'a' });
    const failed = await order(origin, { order: 'reload', plugin: 'gone' });
    expect([failed.status, await failed.json()]).toEqual([
      409,
      { ok: false, message: 'no plugin of the name gone' },
    ]);
    expect(own.calls).toEqual([
      ['reloadPlugin', 'a'],
      ['rollBackPlugin', 'a', { reason: 'ordered on the dashboard' }],
      ['reloadPlugin', 'gone'],
    ]);
    expect(reset).toEqual(['a']);
  });

  it.each([
    ['not JSON', '{', 400],
    ['not an order', '{"order":"format","plugin":"a"}', 400],
    ['no plugin', '{"order":"reload"}', 400],
    ['no runtime', '{"order":"reload","plugin":"a"}', 409],
  ])('%s', async (_name, body, status) => {
    const { origin } = await serve({ actions: true });

    expect((await order(origin, body)).status).toBe(status);
  });

  it('cannot be given by a form of another page', async () => {
    const own = runtime();
    const { origin } = await serve({ runtime: own, actions: true });
    const body = { order: 'reload', plugin: 'a' };

    expect((await order(origin, body, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await order(origin, body, { origin: 'https://evil.example' })).status).toBe(403);
    const form = await fetch(`${origin}/orders?t=${TOKEN}`, { method: 'POST', body: '{}' });
    expect(form.status).toBe(403);
    expect(own.calls).toEqual([]);
  });
});

describe('dashboard refuses at once', () => {
  it.each([
    [{ token: 'short' }, 'token must be a text of at least 16 characters'],
    [{ count: 0 }, 'count (0) is no whole number'],
    [{ count: 1.5 }, 'count (1.5) is no whole number'],
  ])('%j', (options, message) => {
    expect(() => dashboard(new Subject(), options)).toThrow(message);
  });

  it('an address that is taken', async () => {
    const { port, board } = await serve();

    await expect(board.listen({ port })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
  });

  it('gives what a host of a fleet saw, and a test of it where it can make one', async () => {
    const fleet$ = new Subject<FleetChange>();
    const asked: string[] = [];
    const { get } = await serve({
      fleet$,
      describeEvents: (plugin, events) => {
        asked.push(`${plugin} ${events.length}`);
        return Promise.reject(new Error('no test of that'));
      },
    });
    const ask = async (path: string) => {
      const answer = await get(`/${path}&t=${TOKEN}`);
      return { status: answer.status, text: await answer.text() };
    };
    const none = { status: 404, text: expect.stringContaining('no host of a fleet') };
    expect(await ask('fleet-events?plugin=a')).toMatchObject(none);
    const version = { version: '1', digest: 'd' };
    fleet$.next({
      ...{ _tag: 'document', revision: 1 },
      value: {
        ...{ plugin: 'a', rollout: 'r', stable: null, previous: null, candidate: version },
        ...{ wave: 1, control: [], bakeFromMs: null, refused: [], paused: false },
        ...{ outcome: null, reason: null, members: ['h'] },
      },
    });
    fleet$.next({
      _tag: 'report',
      value: {
        ...{ host: 'h', plugin: 'a', rollout: 'r', status: 'nack', serving: null, tried: 'd' },
        ...{ calls: { ok: 0, failed: 0 }, recent: [loaded(1), loaded(2)] },
      },
    });
    expect(await ask('fleet-events?plugin=a')).toEqual({
      status: 200,
      text: `${JSON.stringify(loaded(1))}\n${JSON.stringify(loaded(2))}\n`,
    });
    expect(await ask('fleet-test?plugin=b')).toMatchObject(none);
    expect(await ask('fleet-test?plugin=a')).toEqual({ status: 409, text: 'no test of that\n' });
    expect(asked).toEqual(['a 2']);
    const without = await serve({ fleet$ });
    expect((await without.get(`/fleet-test?plugin=a&t=${TOKEN}`)).status).toBe(404);
  });
});
