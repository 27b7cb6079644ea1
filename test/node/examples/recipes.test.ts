import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { Recipe, WAIT } from './Recipe.js';

/** Packages of this repository, as they are installed in it. */
const own = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, `node_modules/${name}`]));

async function ask(url: string): Promise<string> {
  const response = await fetch(url);
  return `${response.status} ${await response.text()}`;
}

/** A socket that always has three questions under way, and keeps what was asked and answered, in order. */
class AskingSocket {
  readonly asked: string[] = [];
  readonly answers: { readonly found?: readonly string[]; readonly added?: object }[] = [];
  readonly #socket: WebSocket;
  #isOver = false;

  constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.#socket.on('open', () => ['ada', 'grace', 'a'].forEach((part) => this.#ask(part)));
    this.#socket.on('message', (data) => {
      const answer = JSON.parse(String(data));
      this.answers.push(answer);
      if (answer.added === undefined && !this.#isOver)
        this.#ask(['ada', 'grace', 'a'][this.asked.length % 3]!);
    });
  }

  #ask(part: string): void {
    this.asked.push(part);
    this.#socket.send(part);
  }

  get found(): readonly (readonly string[] | undefined)[] {
    return this.answers.filter(({ added }) => added === undefined).map(({ found }) => found);
  }

  /** Asks no more, and waits for what is under way. */
  async finish(): Promise<void> {
    this.#isOver = true;
    await vi.waitFor(() => expect(this.found).toHaveLength(this.asked.length), WAIT);
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }
}

test('fastify: no request and no message fails while 20 saves go in; database and sockets live on', {
  timeout: 90_000,
}, async () => {
  const recipe = new Recipe('fastify', own('fastify', 'sql.js', 'ws')).start('host.mjs');
  const url = await recipe.says(/listening on (\S+)/);
  const sockets = [1, 2].map(() => new AskingSocket(`${url.replace('http', 'ws')}/live`));
  const body = JSON.stringify({ name: 'linus' });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${url}/users`, { method: 'POST', body, headers });
  const statuses = new Map<number, number>();
  let isOver = false;
  const load = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const { status } = await fetch(`${url}/users`);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  });
  for (let save = 1; save <= 20; save += 1) {
    recipe.edit('plugins/users/index.ts', save === 1 ? "'hello'" : `'v${save - 1}'`, `'v${save}'`);
    await vi.waitFor(async () => expect(await ask(`${url}/users`)).toContain(`v${save} ada`), WAIT);
  }
  isOver = true;
  await Promise.all(load);
  await Promise.all(sockets.map((socket) => socket.finish()));

  expect([...statuses.keys()]).toEqual([200]);
  expect(JSON.parse((await ask(`${url}/users`)).slice(4))).toEqual([
    ...['v20 ada', 'v20 grace', 'v20 linus'],
  ]);
  const namesFound: Readonly<Record<string, RegExp>> = {
    ada: /^\S+ ada$/,
    grace: /^\S+ grace$/,
    a: /^(\S+) ada,\1 grace$/,
  };
  for (const { asked, found } of sockets) {
    const seen = new Set<string>();
    for (const [at, part] of asked.entries()) {
      expect(String(found[at])).toMatch(namesFound[part]!);
      seen.add(String(found[at]).split(' ', 1)[0]!);
    }
    // One socket saw versions come: in their order, since none before it answered later.
    expect([...seen].length).toBeGreaterThan(10);
    expect([...seen]).toEqual([...seen].sort((one, other) => versionOf(one) - versionOf(other)));
  }
  await fetch(`${url}/users`, { method: 'POST', body, headers });
  await vi.waitFor(() => {
    for (const { answers } of sockets) expect(answers.at(-1)).toEqual({ added: { name: 'linus' } });
  }, WAIT);
  expect(sockets.map(({ isOpen }) => isOpen)).toEqual([true, true]);
  expect(await recipe.end()).toBe(0);
});

const versionOf = (greeting: string) => Number(greeting.replace(/\D/g, ''));

test('an existing Express app: it and what it imports are swapped, the port stays open', async () => {
  const recipe = new Recipe('express', own('express')).start('dev.mjs');
  const url = await recipe.says(/listening on (\S+)/);
  expect(await ask(`${url}/?name=ada`)).toBe('200 hello ada');
  recipe.edit('greeting.mjs', 'hello', 'welcome');
  await vi.waitFor(async () => expect(await ask(url)).toBe('200 welcome you'), WAIT);
  recipe.edit('app.mjs', "app.get('/'", "app.get('/greet'");
  await vi.waitFor(async () => expect(await ask(`${url}/greet`)).toBe('200 welcome you'), WAIT);
  expect(await ask(url)).toContain('404');
  expect(await recipe.end()).toBe(0);
});

test('a bot: commands come, change, fail and go while it runs', async () => {
  const recipe = new Recipe('bot').start('host.mjs');
  await recipe.says(/ready/);
  const answers = async (line: string, pattern: RegExp) => {
    await vi.waitFor(async () => {
      const from = recipe.output.length;
      recipe.type(line);
      expect(await recipe.says(/bot: (.*)\n/, from)).toMatch(pattern);
    }, WAIT);
  };
  await answers('!ping', /^pong$/);
  recipe.edit('commands/ping.cjs', 'pong', 'pong!');
  await answers('!ping', /^pong!$/);
  recipe.write(
    'commands/add.ts',
    'export const execute = ([a, b]: string[]) => Number(a) + Number(b);',
  );
  await answers('!add 2 3', /^5$/);
  recipe.write(
    'commands/add.ts',
    'export const execute = () => { throw new Error("no numbers"); };',
  );
  await answers('!add 2 3', /^failed: no numbers$/);
  rmSync(join(recipe.dir, 'commands/add.ts'));
  await answers('!add 2 3', /^failed: .*add/);
  expect(await recipe.end()).toBe(0);
});

test('markdown to HTML: a saved page is built, a saved renderer builds all', async () => {
  const recipe = new Recipe('markdown').start('build.mjs');
  const built = (page: string) => readFileSync(join(recipe.dir, 'out', page), 'utf8');
  await recipe.says(/built out\/index\.html/);
  expect(built('index.html')).toContain('<h1>Hello</h1>\n<p>This is <em>one</em> page.</p>');
  recipe.write('pages/next.md', '## Next');
  await vi.waitFor(() => expect(built('next.html')).toContain('<h2>Next</h2>'), WAIT);
  recipe.edit('plugins/page/index.ts', '<main>', '<main class="page">');
  await vi.waitFor(() => {
    for (const page of readdirSync(join(recipe.dir, 'out'))) {
      expect(built(page)).toContain('<main class="page">');
    }
  }, WAIT);
  expect(await recipe.end()).toBe(0);
});

test('a ConfigMap: the swap of ..data reloads the plugin that names a file of it', async () => {
  const recipe = new Recipe('config-map');
  const config = join(recipe.dir, 'config');
  const mount = (release: string, text: string) => {
    mkdirSync(join(config, release), { recursive: true });
    writeFileSync(join(config, release, 'settings.json'), JSON.stringify({ text }));
    symlinkSync(release, join(config, '..data_tmp'));
    renameSync(join(config, '..data_tmp'), join(config, '..data'));
  };
  mount('..2026_1', 'one');
  symlinkSync('..data/settings.json', join(config, 'settings.json'));
  recipe.start('host.mjs');
  await recipe.says(/banner: one\n/);
  mount('..2026_2', 'two');
  await recipe.says(/banner: two\n/);
  expect(await recipe.end()).toBe(0);
});

test('a host in CommonJS, with a plugin in CommonJS', async () => {
  const recipe = new Recipe('commonjs').start('host.cjs');
  await recipe.says(/hello ada\n/);
  recipe.edit('plugins/greeter/words.js', "'hello'", "'welcome'");
  await recipe.says(/welcome ada\n/);
  expect(await recipe.end()).toBe(0);
});

test('a host in NestJS, compiled to CommonJS: plugins use its providers, and end with it', {
  timeout: 90_000,
}, async () => {
  const recipe = new Recipe('nestjs', {
    ...own('@nestjs', '@types', 'reflect-metadata'),
    typescript: 'node_modules/typescript7',
  });
  expect([await recipe.run('node_modules/typescript/bin/tsc'), recipe.output]).toEqual([0, '']);
  recipe.start('dist/main.js');
  const url = await recipe.says(/listening on (\S+)/);
  expect(await ask(`${url}/greetings?name=ada`)).toBe('200 hello ada, visit 1');
  recipe.edit('plugins/greeter/index.ts', 'hello', 'welcome');
  await recipe.says(/greeter reloaded version 1 → 2/);
  expect(await ask(`${url}/greetings?name=ada`)).toBe('200 welcome ada, visit 2');
  expect(await recipe.end()).toBe('SIGINT');
});
