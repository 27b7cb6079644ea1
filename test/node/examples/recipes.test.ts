import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';

/** Bounded generously: what is waited for takes milliseconds. */
const WAIT = { timeout: 25_000, interval: 20 };

/** A recipe that runs in a copy of its folder, as somebody would copy it. It is killed when the test ends. */
class Recipe {
  readonly dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-recipe-')));
  output = '';
  #child: ChildProcess | undefined;

  constructor(name: string) {
    cpSync(`examples/recipes/${name}`, this.dir, { recursive: true });
    const modules = join(this.dir, 'node_modules');
    mkdirSync(modules);
    symlinkSync(resolve('.'), join(modules, 'hotpipe'));
    for (const used of ['rxjs', 'fastify', 'express', 'sql.js']) {
      symlinkSync(realpathSync(join('node_modules', used)), join(modules, used));
    }
    onTestFinished(() => {
      this.#child?.kill('SIGKILL');
      rmSync(this.dir, { recursive: true, force: true });
    });
  }

  start(file: string): this {
    this.#child = spawn(process.execPath, [file], { cwd: this.dir, stdio: 'pipe' });
    const note = (data: Buffer) => (this.output += data.toString());
    this.#child.stdout?.on('data', note);
    this.#child.stderr?.on('data', note);
    return this;
  }

  /** Waits until the output has it, after what `from` marks. */
  async says(pattern: RegExp, from = 0): Promise<string> {
    return vi.waitFor(() => {
      const found = pattern.exec(this.output.slice(from));
      if (found === null) throw new Error(`${String(pattern)} is not in:\n${this.output}`);
      return found[1] ?? found[0];
    }, WAIT);
  }

  edit(file: string, from: string, to: string): void {
    const text = readFileSync(join(this.dir, file), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(this.dir, file), text.replaceAll(from, to));
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.dir, file), text);
  }

  type(line: string): void {
    this.#child?.stdin?.write(`${line}\n`);
  }

  /** Its exit code after Ctrl-C. */
  end(): Promise<unknown> {
    const ended = new Promise((resolve) => {
      this.#child?.once('exit', (code, signal) => resolve(code ?? signal));
    });
    this.#child?.kill('SIGINT');
    return ended;
  }
}

async function ask(url: string): Promise<string> {
  const response = await fetch(url);
  return `${response.status} ${await response.text()}`;
}

test('fastify: no request fails while 20 saves go in; database and connections live on', {
  timeout: 90_000,
}, async () => {
  const recipe = new Recipe('fastify').start('host.mjs');
  const url = await recipe.says(/listening on (\S+)/);
  const events = await fetch(`${url}/events`);
  const told = events.body?.getReader();
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

  expect([...statuses.keys()]).toEqual([200]);
  expect(JSON.parse((await ask(`${url}/users`)).slice(4))).toEqual([
    ...['v20 ada', 'v20 grace', 'v20 linus'],
  ]);
  await fetch(`${url}/users`, { method: 'POST', body, headers });
  let text = '';
  while (text.split('event: added').length < 3) {
    text += new TextDecoder().decode((await told?.read())?.value);
  }
  await told?.cancel();
  expect(await recipe.end()).toBe(0);
});

test('an existing Express app: it and what it imports are swapped, the port stays open', async () => {
  const recipe = new Recipe('express').start('dev.mjs');
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
