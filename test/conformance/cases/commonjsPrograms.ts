import { untyped } from '../support/untyped.js';

const commonjs = { 'package.json': '{"type":"commonjs"}' };

/** Programs as people write them in CommonJS. */
export const cases = untyped([
  {
    name: 'a bot whose commands are the files of a folder',
    files: {
      ...commonjs,
      'index.js': `const fs = require('node:fs'); const path = require('node:path'); const { Collection } = require('./lib/collection');
const commands = new Collection(); const root = path.join(__dirname, 'commands');
for (const folder of fs.readdirSync(root)) {
  for (const file of fs.readdirSync(path.join(root, folder)).filter((f) => f.endsWith('.js'))) {
    const filePath = path.join(root, folder, file); const command = require(filePath);
    if ('data' in command && 'execute' in command) commands.set(command.data.name, command);
  }
}
exports.value = async () => { const said = []; for (const [name, c] of commands) { await c.execute({ reply: async (text) => said.push(name + ': ' + text) }); } return said; };`,
      'lib/collection.js': `class Collection extends Map { first() { return this.values().next().value; } } module.exports = { Collection };`,
      'commands/utility/ping.js': `const { prefix } = require('../../config.json'); module.exports = { data: { name: 'ping' }, async execute(interaction) { await interaction.reply(prefix + 'pong'); } };`,
      'commands/utility/user.js': `module.exports = { data: { name: 'user' }, async execute(i) { await i.reply('somebody'); } };`,
      'config.json': `{"prefix":"!"}`,
    },
    expect: { value: ['ping: !pong', 'user: somebody'] },
    after: [
      {
        edit: {
          'commands/utility/user.js': `module.exports = { data: { name: 'user' }, async execute(i) { await i.reply('edited'); } };`,
        },
        expect: { value: ['ping: !pong', 'user: edited'] },
      },
      {
        edit: { 'config.json': `{"prefix":"?"}` },
        expect: { value: ['ping: ?pong', 'user: edited'] },
      },
      {
        edit: {
          'commands/utility/server.js': `module.exports = { data: { name: 'server' }, async execute(i) { await i.reply('new'); } };`,
        },
        expect: { value: ['ping: ?pong', 'server: new', 'user: edited'] },
      },
      {
        edit: { 'commands/utility/ping.js': null },
        expect: { value: ['server: new', 'user: edited'] },
      },
    ],
  },
  {
    name: 'a command that reloads itself by require.cache',
    files: {
      ...commonjs,
      'index.js': `const path = require('path'); const file = path.join(__dirname, 'command.js'); const load = () => require(file); exports.value = () => { const before = load(); delete require.cache[require.resolve(file)]; const after = load(); return [before === after, before.runs, after.runs]; };`,
      'command.js': `globalThis.__commandRuns = (globalThis.__commandRuns ?? 0) + 1; module.exports = { runs: globalThis.__commandRuns };`,
    },
    expect: { value: [false, 1, 2] },
  },
  {
    name: 'middlewares and routers in the style of express',
    files: {
      'index.mjs': `import app from './app.cjs'; export const value = async () => [await app.handle({ url: '/users/1', headers: {} }), await app.handle({ url: '/none', headers: { auth: 'yes' } })];`,
      'app.cjs': `const createApp = require('./framework'); const app = createApp(); app.use(require('./middleware/log')()); app.use(require('./middleware/auth')({ except: ['/none'] })); app.use('/users', require('./routes/users')); app.use(require('./middleware/errors')); module.exports = app;`,
      'framework.js': `module.exports = function createApp() { const stack = []; const app = { use(path, fn) { if (typeof path === 'function') { fn = path; path = ''; } stack.push({ path, fn }); return app; }, async handle(req) { const res = { body: [], send(text) { this.body.push(text); } }; let i = 0; const next = async (err) => { const layer = stack[i++]; if (!layer) return; if (!req.url.startsWith(layer.path)) return next(err); if (err ? layer.fn.length === 4 : layer.fn.length < 4) return err ? layer.fn(err, req, res, next) : layer.fn(req, res, next); return next(err); }; await next(); return res.body.join(' '); } }; return app; };`,
      'middleware/log.js': `module.exports = () => function log(req, res, next) { res.send('[' + req.url + ']'); return next(); };`,
      'middleware/auth.js': `module.exports = ({ except }) => (req, res, next) => next(except.includes(req.url) ? new Error('denied') : undefined);`,
      'middleware/errors.js': `module.exports = (err, req, res, next) => { res.send('error ' + err.message); };`,
      'routes/users.js': `const users = require('../models/user'); module.exports = (req, res) => res.send(users.find(req.url.split('/').pop()));`,
      'models/user.js': `exports.find = (id) => 'user ' + id;`,
    },
    expect: { value: ['[/users/1] user 1', '[/none] error denied'] },
    after: [
      {
        edit: { 'models/user.js': `exports.find = (id) => 'person ' + id;` },
        expect: { value: ['[/users/1] person 1', '[/none] error denied'] },
      },
    ],
  },
  {
    name: 'a UMD file',
    files: {
      'index.mjs': `import umd from './umd.js'; import cjs from './x.cjs'; export const value = () => [umd.name, cjs.same(umd)];`,
      'x.cjs': `const umd = require('./umd.js'); exports.same = (other) => umd === other;`,
      'umd.js': `(function (root, factory) { if (typeof define === 'function' && define.amd) define(['exports'], factory); else if (typeof exports === 'object' && typeof module !== 'undefined') factory(exports); else factory(root.umd = {}); }(this, function (exports) { 'use strict'; exports.name = 'umd as commonjs'; Object.defineProperty(exports, '__esModule', { value: true }); }));`,
    },
    expect: { value: ['umd as commonjs', true] },
  },
  {
    name: 'CommonJS that TypeScript made: __importDefault, __importStar, __createBinding',
    files: {
      'index.mjs': `import { run } from './main.js'; export const value = () => run();`,
      'main.js': `"use strict";
var __createBinding = (this && this.__createBinding) || (Object.create ? (function(o, m, k, k2) { if (k2 === undefined) k2 = k; var desc = Object.getOwnPropertyDescriptor(m, k); if (!desc || ("get" in desc ? !m.__esModule : desc.writable || desc.configurable)) { desc = { enumerable: true, get: function() { return m[k]; } }; } Object.defineProperty(o, k2, desc); }) : (function(o, m, k, k2) { if (k2 === undefined) k2 = k; o[k2] = m[k]; }));
var __setModuleDefault = (this && this.__setModuleDefault) || function(o, v) { Object.defineProperty(o, "default", { enumerable: true, value: v }); };
var __importStar = (this && this.__importStar) || function (mod) { if (mod && mod.__esModule) return mod; var result = {}; if (mod != null) for (var k in mod) if (k !== "default" && Object.prototype.hasOwnProperty.call(mod, k)) __createBinding(result, mod, k); __setModuleDefault(result, mod); return result; };
var __importDefault = (this && this.__importDefault) || function (mod) { return (mod && mod.__esModule) ? mod : { "default": mod }; };
Object.defineProperty(exports, "__esModule", { value: true });
exports.run = run;
const service_1 = __importDefault(require("./service"));
const path = __importStar(require("path"));
const legacy_1 = __importDefault(require("./legacy"));
function run() { return [new service_1.default().hello(), path.join("a", "b"), legacy_1.default.name]; }`,
      'service.js': `"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); class Service { hello() { return 'hello'; } } exports.default = Service;`,
      'legacy.js': `module.exports = { name: 'legacy' };`,
    },
    expect: { value: ['hello', 'a/b', 'legacy'] },
    after: [
      {
        edit: { 'legacy.js': `module.exports = { name: 'edited' };` },
        expect: { value: ['hello', 'a/b', 'edited'] },
      },
    ],
  },
  {
    name: 'a plugin of a plugin: a registry that modules fill as they are required',
    files: {
      ...commonjs,
      'index.js': `const registry = require('./registry'); require('./features/a'); require('./features/b'); exports.value = () => registry.names();`,
      'registry.js': `const names = []; module.exports = { add: (n) => names.push(n), names: () => names };`,
      'features/a.js': `require('../registry').add('a');`,
      'features/b.js': `require('../registry').add('b');`,
    },
    expect: { value: ['a', 'b'] },
    after: [
      {
        edit: { 'features/b.js': `require('../registry').add('B');` },
        expect: { value: ['a', 'B'] },
      },
    ],
  },
  {
    name: 'configuration by environment: config/<env>.js over config/default.js',
    files: {
      ...commonjs,
      'index.js': `const config = require('./config'); exports.value = () => config;`,
      'config/index.js': `const path = require('path'); const env = process.env.CONFORMANCE_ENV || 'development'; let own = {}; try { own = require(path.resolve(__dirname, env)); } catch (error) { if (error.code !== 'MODULE_NOT_FOUND') throw error; } module.exports = Object.assign({}, require('./default'), own);`,
      'config/default.js': `module.exports = { port: 1, name: 'default' };`,
    },
    expect: { value: { port: 1, name: 'default' } },
    after: [
      {
        edit: { 'config/development.js': `module.exports = { port: 2 };` },
        expect: { value: { port: 2, name: 'default' } },
      },
      {
        edit: { 'config/development.js': `module.exports = { port: 3 };` },
        expect: { value: { port: 3, name: 'default' } },
      },
    ],
  },
  {
    name: 'models that know each other and are found in an index of the folder',
    files: {
      ...commonjs,
      'index.js': `const models = require('./models'); exports.value = () => [models.User.describe(), models.Post.describe()];`,
      'models/index.js': `const fs = require('fs'); const path = require('path'); const db = {}; fs.readdirSync(__dirname).filter((f) => f !== path.basename(__filename) && f.slice(-3) === '.js').forEach((f) => { const model = require(path.join(__dirname, f))(db); db[model.modelName] = model; }); Object.keys(db).forEach((n) => db[n].associate && db[n].associate(db)); module.exports = db;`,
      'models/user.js': `module.exports = (db) => class User { static modelName = 'User'; static associate({ Post }) { this.posts = Post.modelName; } static describe() { return 'User has ' + this.posts; } };`,
      'models/post.js': `module.exports = (db) => class Post { static modelName = 'Post'; static associate({ User }) { this.owner = User.modelName; } static describe() { return 'Post of ' + this.owner; } };`,
    },
    expect: { value: ['User has Post', 'Post of User'] },
    after: [
      {
        edit: {
          'models/post.js': `module.exports = (db) => class Post { static modelName = 'Post'; static associate({ User }) { this.owner = User.modelName; } static describe() { return 'Article of ' + this.owner; } };`,
        },
        expect: { value: ['User has Post', 'Article of User'] },
      },
    ],
  },
  {
    name: 'a class that extends one of another file, with util.inherits beside it',
    files: {
      ...commonjs,
      'index.js': `const Dog = require('./dog'); const Old = require('./old'); const dog = new Dog(); const events = []; dog.on('bark', (s) => events.push(s)); dog.bark(); exports.value = () => [events, new Old().kind(), dog instanceof require('events')];`,
      'dog.js': `const EventEmitter = require('events'); module.exports = class Dog extends EventEmitter { bark() { this.emit('bark', 'woof'); } };`,
      'old.js': `var util = require('util'); var Base = require('./base'); function Old() { Base.call(this); } util.inherits(Old, Base); module.exports = Old;`,
      'base.js': `function Base() { this.k = 'base'; } Base.prototype.kind = function () { return this.k; }; module.exports = Base;`,
    },
    expect: { value: [['woof'], 'base', true] },
  },
  {
    name: 'JSON5-like data by require.extensions, and a module compiled by hand',
    files: {
      ...commonjs,
      'index.js': `const Module = require('module'); const m = new Module('made', module); m._compile('module.exports = 6 * 7;', __filename + '.made'); exports.value = () => m.exports;`,
    },
    expect: { value: 42 },
  },
]);
