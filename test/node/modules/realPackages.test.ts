import { once } from 'node:events';
import { createServer } from 'node:net';
import fastify from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pluginFolders, right, startRuntime } from '../runtime/pluginFolders.js';

const MODES = ['in-process', 'worker'] as const;
const NEST =
  '{ "compilerOptions": { "target": "ES2021", "experimentalDecorators": true, "emitDecoratorMetadata": true } }';
/** Loading a package such as TypeORM takes seconds on a busy machine, and its limit is 5 s by default. */
const limitsMs = { load: 60_000, start: 60_000 };

interface RealPackage {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly entry?: string;
  readonly value: unknown;
  readonly edit: Readonly<Record<string, string>>;
  readonly edited: unknown;
}

/** `value()` of the plugin answers `value`, and `edited` after the edit. */
const packages: readonly RealPackage[] = [
  {
    what: 'a container of NestJS with injected providers, a module of its own and an interface as a type',
    files: {
      'tsconfig.json': NEST,
      'index.ts': `import 'reflect-metadata';
        import { NestFactory } from '@nestjs/core';
        import { AppModule } from './app.module';
        import { Greeter } from './greeter.service';
        let app: any;
        export async function start() { app = await NestFactory.createApplicationContext(AppModule, { logger: false }); }
        export async function stop() { await app.close(); }
        export const value = () => app.get(Greeter).greet('Ada');`,
      'app.module.ts': `import { Module } from '@nestjs/common';
        import { Greeter } from './greeter.service';
        import { Clock } from './clock.service';
        @Module({ providers: [Greeter, Clock, { provide: 'WORD', useValue: 'Hello' }] }) export class AppModule {}`,
      'greeter.service.ts': `import { Inject, Injectable, Optional } from '@nestjs/common';
        import { Clock } from './clock.service';
        import { Settings } from './settings';
        @Injectable() export class Greeter {
          constructor(private readonly clock: Clock, @Inject('WORD') private readonly word: string, @Optional() @Inject('SETTINGS') private readonly settings?: Settings) {}
          greet(name: string) { return [this.word, name, this.clock.now(), this.settings === undefined]; }
        }`,
      'clock.service.ts': `import { Injectable } from '@nestjs/common'; @Injectable() export class Clock { now() { return 'noon'; } }`,
      'settings.ts': `export interface Settings { loud: boolean }`,
    },
    value: ['Hello', 'Ada', 'noon', true],
    edit: {
      'clock.service.ts': `import { Injectable } from '@nestjs/common'; @Injectable() export class Clock { now() { return 'midnight'; } }`,
    },
    edited: ['Hello', 'Ada', 'midnight', true],
  },
  {
    what: 'a container of Inversify',
    files: {
      'tsconfig.json': NEST,
      'index.ts': `import 'reflect-metadata';
        import { Container, inject, injectable } from 'inversify';
        import { Katana } from './katana.js';
        @injectable() class Ninja { constructor(private katana: Katana, @inject('name') private name: string) {} fight() { return this.name + ' ' + this.katana.hit(); } }
        const container = new Container();
        container.bind(Katana).toSelf(); container.bind(Ninja).toSelf(); container.bind('name').toConstantValue('Hattori');
        export const value = () => container.get(Ninja).fight();`,
      'katana.ts': `import { injectable } from 'inversify'; @injectable() export class Katana { hit() { return 'cuts'; } }`,
    },
    value: 'Hattori cuts',
    edit: {
      'katana.ts': `import { injectable } from 'inversify'; @injectable() export class Katana { hit() { return 'slices'; } }`,
    },
    edited: 'Hattori slices',
  },
  {
    what: 'class-validator and class-transformer, with types from metadata',
    files: {
      'tsconfig.json': NEST,
      'index.ts': `import 'reflect-metadata';
        import { plainToInstance } from 'class-transformer';
        import { validateSync } from 'class-validator';
        import { User } from './user.js';
        export const value = () => {
          const user: any = plainToInstance(User, { name: 'Al', age: '7', since: '2020-01-02T00:00:00.000Z', pet: { kind: 'cat' } }, { enableImplicitConversion: true });
          return [user.age, user.since instanceof Date, user.pet.noise(), validateSync(user).map((one) => one.property)];
        };`,
      'user.ts': `import { Type } from 'class-transformer'; import { IsInt, Length, ValidateNested } from 'class-validator';
        import { Pet } from './pet.js';
        export class User { @Length(3, 9) name!: string; @IsInt() age!: number; @Type() since!: Date; @ValidateNested() @Type() pet!: Pet }`,
      'pet.ts': `import { Equals } from 'class-validator'; export class Pet { @Equals('cat') kind!: string; noise() { return 'meow'; } }`,
    },
    value: [7, true, 'meow', ['name']],
    edit: {
      'pet.ts': `import { Equals } from 'class-validator'; export class Pet { @Equals('dog') kind!: string; noise() { return 'wuff'; } }`,
    },
    edited: [7, true, 'wuff', ['name', 'pet']],
  },
  {
    what: 'entities of TypeORM that refer to each other, over sql.js',
    files: {
      'tsconfig.json': NEST,
      'index.ts': `import 'reflect-metadata';
        import { DataSource } from 'typeorm';
        import { User } from './user';
        import { Post } from './post';
        let source: DataSource;
        export async function start() {
          source = new DataSource({ type: 'sqljs', entities: [User, Post], synchronize: true });
          await source.initialize();
          const user = await source.getRepository(User).save({ name: 'Ada', level: 2 });
          await source.getRepository(Post).save([{ title: 'one', user }, { title: 'two', user }]);
        }
        export async function stop() { await source.destroy(); }
        export async function value() {
          const [user] = await source.getRepository(User).find({ relations: { posts: true } });
          return [user!.shown(), user!.level, user!.posts.map((post) => post.title).sort()];
        }`,
      'user.ts': `import { Column, Entity, OneToMany, PrimaryGeneratedColumn } from 'typeorm';
        import { Post } from './post';
        import { Level } from './level';
        @Entity() export class User {
          @PrimaryGeneratedColumn() id!: number; @Column() name!: string; @Column() level!: Level; @Column({ nullable: true }) nick!: string | null;
          @OneToMany(() => Post, (post) => post.user) posts!: Post[];
          shown() { return this.name.toUpperCase(); }
        }`,
      'post.ts': `import { Column, Entity, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
        import { User } from './user';
        @Entity() export class Post { @PrimaryGeneratedColumn() id!: number; @Column() title!: string; @ManyToOne(() => User, (user) => user.posts) user!: User }`,
      'level.ts': `export enum Level { Low = 1, High = 2 }`,
    },
    value: ['ADA', 2, ['one', 'two']],
    edit: { 'level.ts': `export enum Level { Low = 1, High = 2, Top = 3 }` },
    edited: ['ADA', 2, ['one', 'two']],
  },
  {
    what: 'components of preact, rendered to a text',
    files: {
      'tsconfig.json': '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "preact" } }',
      'index.tsx': `import { render } from 'preact-render-to-string'; import { Card } from './card.js';
        export const value = () => render(<Card title="Ada"><b>1</b></Card>);`,
      'card.tsx': `import type { ComponentChildren } from 'preact'; export const Card = ({ title, children }: { title: string; children: ComponentChildren }) => <><h1>{title}</h1>{children}</>;`,
    },
    entry: 'index.tsx',
    value: '<h1>Ada</h1><b>1</b>',
    edit: {
      'card.tsx': `import type { ComponentChildren } from 'preact'; export const Card = ({ title, children }: { title: string; children: ComponentChildren }) => <><h2>{title}</h2>{children}</>;`,
    },
    edited: '<h2>Ada</h2><b>1</b>',
  },
  {
    what: 'the older JSX of preact, with its factory',
    files: {
      'tsconfig.json':
        '{ "compilerOptions": { "jsx": "react", "jsxFactory": "h", "jsxFragmentFactory": "Fragment" } }',
      'index.tsx': `import { Fragment, h } from 'preact'; import { render } from 'preact-render-to-string';
        export const value = () => render(<><i class="a">x</i></>);`,
    },
    entry: 'index.tsx',
    value: '<i class="a">x</i>',
    edit: {
      'index.tsx': `import { Fragment, h } from 'preact'; import { render } from 'preact-render-to-string'; export const value = () => render(<><i>y</i></>);`,
    },
    edited: '<i>y</i>',
  },
];

describe.each(MODES)('a plugin %s runs', (mode) => {
  test.each(packages)(
    '$what',
    { timeout: 120_000 },
    async ({ files, entry = 'index.ts', value, edit, edited }) => {
      const folders = pluginFolders();
      folders.plugin('real', files);
      folders.write('real/plugin.toml', manifestOf(entry, mode));
      const { runtime } = startRuntime({ limitsMs });
      right(await runtime.loadManifest(folders.path('real'))());
      expect(await runtime.call('real', 'value')).toEqual(value);
      for (const [file, text] of Object.entries(edit)) folders.write(`real/${file}`, text);
      right(await runtime.reloadPlugin('real')());
      expect(await runtime.call('real', 'value')).toEqual(edited);
    },
  );
});

/** Each listens on `port` in `start`, and closes in `stop`. */
const SERVERS: Readonly<Record<string, (port: number) => string>> = {
  fastify: (port) => `import fastify, { type FastifyInstance } from 'fastify';
    import { greeting } from './greeting.js';
    let app: FastifyInstance;
    export async function start() {
      app = fastify();
      app.get<{ Params: { name: string } }>('/:name', async (request) => ({ says: greeting(request.params.name) }));
      await app.listen({ port: ${port}, host: '127.0.0.1' });
    }
    export const stop = () => app.close();`,
  express: (port) => `import express from 'express';
    import type { Server } from 'node:http';
    import { greeting } from './greeting.js';
    let server: Server;
    export async function start() {
      const app = express();
      app.get('/:name', (request, response) => { response.json({ says: greeting(String(request.params.name)) }); });
      await new Promise<void>((resolve) => { server = app.listen(${port}, '127.0.0.1', () => resolve()); });
    }
    export const stop = () => new Promise<void>((resolve) => { server.closeAllConnections(); server.close(() => resolve()); });`,
};
const greeting = (word: string) =>
  `export const greeting = (name: string): string => '${word} ' + name;`;

describe.each(MODES)('a server on a port, %s', (mode) => {
  test.each(Object.entries(SERVERS))(
    '%s: the next version takes the port over',
    { timeout: 120_000 },
    async (_, source) => {
      const port = await freePort();
      const folders = pluginFolders();
      folders.plugin('real', { 'index.ts': source(port), 'greeting.ts': greeting('hello') });
      folders.write('real/plugin.toml', `${manifestOf('index.ts', mode)}swap = "stop-first"\n`);
      const { runtime } = startRuntime({ limitsMs });
      right(await runtime.loadManifest(folders.path('real'))());
      const says = async () => {
        const headers = { connection: 'close' };
        const response = await fetch(`http://127.0.0.1:${port}/ada`, { headers });
        return response.json();
      };
      expect(await says()).toEqual({ says: 'hello ada' });
      folders.write('real/greeting.ts', greeting('good night'));
      expect(right(await runtime.reloadPlugin('real')())).toMatchObject({ from: 1, to: 2 });
      expect(await says()).toEqual({ says: 'good night ada' });
    },
  );
});

test('fastify of the host: plugins answer its routes through provide, and a reload changes no port', async () => {
  const routes = new Map<string, (name: string) => unknown>();
  const app = fastify();
  app.get<{ Params: { name: string } }>('/greet/:name', async ({ params }) => ({
    says: routes.get('greet')?.(params.name),
  }));
  onTestFinished(() => app.close());
  const folders = pluginFolders();
  folders.plugin('real', {
    'index.ts': `import { greeting } from './greeting.js';
      export function start(ctx) {
        ctx.host.routes.set('greet', greeting);
        ctx.own(() => { if (ctx.host.routes.get('greet') === greeting) ctx.host.routes.delete('greet'); });
      }`,
    'greeting.ts': greeting('hello'),
  });
  folders.write('real/plugin.toml', manifestOf('index.ts', 'in-process'));
  const { runtime } = startRuntime({ limitsMs, provide: { routes } });
  right(await runtime.loadManifest(folders.path('real'))());
  const says = async () => (await app.inject('/greet/ada')).json();
  expect(await says()).toEqual({ says: 'hello ada' });
  folders.write('real/greeting.ts', greeting('good night'));
  right(await runtime.reloadPlugin('real')());
  expect(await says()).toEqual({ says: 'good night ada' });
});

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  server.close();
  await once(server, 'close');
  return port;
}

function manifestOf(entry: string, mode: (typeof MODES)[number]): string {
  return `name = "real"\nversion = "1.0.0"\napi-version = { major = 0, minor = 1, patch = 0 }\nsource = "./${entry}"\nmode = "${mode}"\n`;
}
