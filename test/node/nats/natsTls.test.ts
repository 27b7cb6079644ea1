import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseFleet } from '../../../src/cli/arguments/parseFleet.js';
import { fleetCommand, openNats } from '../../../src/cli/fleet/fleetCommand.js';
import { connectNats } from '../../../src/nats/connectNats.js';
import {
  counter,
  edit,
  eventually,
  FleetHost,
  promoted,
  publish,
  roll,
  temporary,
} from '../fleet/FleetHost.js';
import { type Authority, authorityIn, canSign } from './certificates.js';
import { connectTo, fleetOver, NatsServer, serverProgram } from './NatsServer.js';

if (!canSign) console.log('no openssl here: the tests over TLS are skipped');

/** One command, as it was typed. */
async function typed(...words: readonly string[]) {
  const command = parseFleet(words);
  if (command === undefined) throw new Error('its help was asked for');
  let out = '';
  const print = (text: string): void => {
    out += text;
  };
  const io = { print, printError: print, ended: () => Promise.resolve(), open: openNats };
  try {
    return { exit: await fleetCommand(command, io), out };
  } catch (error) {
    return { exit: error instanceof Error ? error.name : '', out: String(error) };
  }
}

describe.skipIf(serverProgram === undefined || !canSign)('a server with TLS', () => {
  const dir = temporary();
  const ends: (() => Promise<void>)[] = [];
  let authority: Authority;
  let stranger: Authority;
  let server: NatsServer;
  beforeAll(async () => {
    authority = authorityIn(dir, 'ours');
    stranger = authorityIn(dir, 'other');
    const { certFile, keyFile } = authority.sign('server', 'DNS:localhost,IP:127.0.0.1');
    server = new NatsServer(`tls { cert_file: "${certFile}", key_file: "${keyFile}" }
authorization { users: [ { user: all, password: secret } ] }`);
    await server.start();
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  afterAll(() => server.remove());

  /** Its address, with the name that is in its certificate. */
  const url = (of = server, scheme = 'tls') => `${scheme}://all:secret@localhost:${of.port}`;
  /** A command that needs one answer of the engine. */
  const ask = (...options: readonly string[]) => typed('abort', 'counter', ...options);
  const nothingRolledOut = { exit: 'Error', out: expect.stringContaining('ever rolled out') };

  it('brings a version to a host that knows who signed its certificate', async () => {
    const tls = { caFile: authority.caFile };
    const connection = await connectTo(`tls://localhost:${server.port}`, {
      ...{ user: 'all', pass: 'secret', tls },
    });
    const fleet = await fleetOver(connection, { namespace: 'tls' }, ends);
    const v1 = await publish(fleet, '1.0.0', counter('one'));
    await roll(fleet, v1);
    await edit(fleet, promoted(v1));
    const host = new FleetHost(fleet, 'host-1');
    ends.push(() => host.close());
    await host.serves('one');

    const { caFile } = authority;
    expect(await ask('--nats', url(), '--ca', caFile)).toMatchObject(nothingRolledOut);
    // Of the addresses in its certificate, one has no name.
    const digits = `tls://all:secret@127.0.0.1:${server.port}`;
    expect(await ask('--nats', digits, '--ca', caFile)).toMatchObject(nothingRolledOut);
    // A server that has TLS is spoken to with TLS, whatever its address is called.
    expect(await ask('--nats', url(server, 'nats'), '--ca', caFile)).toMatchObject(
      nothingRolledOut,
    );
  });

  it('is refused when its certificate is signed by somebody else, or is for another name', async () => {
    expect(await ask('--nats', url(), '--ca', stranger.caFile)).toMatchObject({
      exit: 4,
      out: expect.stringContaining(`it is not signed by what is in ${stranger.caFile}`),
    });
    const unknown = await ask('--nats', url());
    expect(unknown).toMatchObject({
      exit: 4,
      out: expect.stringContaining('name who has with --ca FILE'),
    });
    expect(unknown.out).not.toContain('secret');
    const { certFile, keyFile } = authority.sign('elsewhere', 'DNS:elsewhere.example');
    const other = new NatsServer(`tls { cert_file: "${certFile}", key_file: "${keyFile}" }`);
    ends.push(() => other.remove());
    await other.start();
    const refused = await ask('--nats', url(other), '--ca', authority.caFile);
    expect(refused).toMatchObject({ exit: 4, out: expect.stringContaining('elsewhere.example') });
    expect(refused.out).toContain('the certificate of the engine at');
    const digits = `tls://127.0.0.1:${other.port}`;
    expect(await ask('--nats', digits, '--ca', authority.caFile)).toMatchObject({
      exit: 4,
      out: expect.stringContaining('127.0.0.1 is not in the cert'),
    });
  });

  it('is asked for: a server without TLS is told nothing', async () => {
    const plain = new NatsServer();
    ends.push(() => plain.remove());
    await plain.start();
    const none = { exit: 4, out: expect.stringContaining('has no TLS, which was asked for') };
    expect(await ask('--nats', url(plain))).toMatchObject(none);
    const { caFile } = authority;
    expect(await ask('--nats', url(plain, 'nats'), '--ca', caFile)).toMatchObject(none);
    expect(await ask('--nats', url(plain, 'nats'))).toMatchObject(nothingRolledOut);
  });

  it('may get a certificate of somebody else: the files are read again when it comes back', async () => {
    const caFile = join(dir, 'trusted.pem');
    copyFileSync(authority.caFile, caFile);
    const own = authority.sign('renewed', 'DNS:localhost');
    const [certFile, keyFile] = [join(dir, 'served.pem'), join(dir, 'served.key')];
    const serve = (from: typeof own): void => {
      copyFileSync(from.certFile, certFile);
      copyFileSync(from.keyFile, keyFile);
    };
    serve(own);
    const renewed = new NatsServer(`tls { cert_file: "${certFile}", key_file: "${keyFile}" }`);
    ends.push(() => renewed.remove());
    await renewed.start();
    const none = { credsFile: undefined, certFile: undefined, certKeyFile: undefined };
    const connection = await connectNats({
      url: `tls://localhost:${renewed.port}`,
      caFile,
      ...none,
    });
    const fleet = await fleetOver(connection, { namespace: 'renewed' }, ends);
    await fleet.put('sha256-x', new Uint8Array(3))();

    await renewed.kill();
    serve(stranger.sign('renewed', 'DNS:localhost'));
    copyFileSync(stranger.caFile, caFile);
    await renewed.start();
    await eventually(async () => (await fleet.get('sha256-x')())._tag === 'Right');
  });

  it('may ask for a certificate itself', async () => {
    const own = authority.sign('strict', 'DNS:localhost');
    const { caFile } = authority;
    const strict = new NatsServer(
      `tls { cert_file: "${own.certFile}", key_file: "${own.keyFile}", ca_file: "${caFile}", verify: true }`,
    );
    ends.push(() => strict.remove());
    await strict.start();
    const to = ['--nats', url(strict), '--ca', caFile];
    const [ours, theirs] = [
      authority.sign('client', 'DNS:web-1'),
      stranger.sign('client', 'DNS:x'),
    ];
    const as = (of: typeof ours) => ['--cert', of.certFile, '--cert-key', of.keyFile];
    expect(await ask(...to, ...as(ours))).toMatchObject(nothingRolledOut);
    // Both at once: the server closes the connection without a word, which takes as long as an answer may.
    const silent = { exit: 4, out: expect.stringContaining('--cert and --cert-key') };
    const refused = await Promise.all([ask(...to), ask(...to, ...as(theirs))]);
    expect(refused).toMatchObject([silent, silent]);
  });

  it('a file that is not there is a wrong command line', async () => {
    const none = join(dir, 'none.pem');
    expect(await ask('--nats', url(), '--ca', none)).toMatchObject({
      exit: 'UsageError',
      out: expect.stringContaining(`--ca: ENOENT`),
    });
  });
});
