import { describe, expect, it } from 'vitest';
import { parseCommandLine, readCommandLine } from '../../../src/cli/arguments/parseCommandLine.js';
import { parseFleet } from '../../../src/cli/arguments/parseFleet.js';
import { UsageError } from '../../../src/cli/arguments/UsageError.js';

const parse = (line: string) => parseFleet(line.split(' ').filter(Boolean));

describe('hotpipe fleet', () => {
  it('reads every option, and fills in the defaults', () => {
    expect(parse('status')).toMatchObject({
      ...{ _tag: 'fleet', verb: 'status', subject: '', isJson: false },
      ...{ url: 'nats://127.0.0.1:4222', credsFile: undefined, namespace: 'default' },
    });
    expect(
      parse(
        'rollout @scope/counter@2.0.0 --waves 1,5%,12.5%,100% --bake 5m --expect-hosts 3 --wait',
      ),
    ).toMatchObject({
      ...{ verb: 'rollout', subject: '@scope/counter', version: '2.0.0', isWaiting: true },
      ...{ waves: [1, '5%', '12.5%', '100%'], bakeMs: 300_000, expectHosts: 3 },
    });
    expect(parse('agent dir --host web-1 --trust a.pub --trust b.pub')).toMatchObject({
      ...{ verb: 'agent', subject: 'dir', host: 'web-1', trustFiles: ['a.pub', 'b.pub'] },
    });
    expect(parse('controller --bake 0s --deadline 500ms --holder x')).toMatchObject({
      ...{ verb: 'controller', bakeMs: 0, deadlineMs: 500, holder: 'x' },
    });
    expect(
      parse('publish dir --key k --serial 7 --nats tls://n --creds c --namespace prod'),
    ).toMatchObject({
      ...{ verb: 'publish', subject: 'dir', keyFile: 'k', serial: 7 },
      ...{ url: 'tls://n', credsFile: 'c', namespace: 'prod' },
    });
    expect(parse('rollback counter --to 1.0.0 --reason=x')).toMatchObject({
      ...{ verb: 'rollback', subject: 'counter', version: '1.0.0', reason: 'x' },
    });
    expect(parse('status --ca ca.pem --cert own.pem --cert-key own.key')).toMatchObject({
      ...{ caFile: 'ca.pem', certFile: 'own.pem', certKeyFile: 'own.key' },
    });
    expect(parse('status --dashboard counter')).toMatchObject({
      ...{ subject: 'counter', dashboardPort: 0 },
    });
    expect(parse('status counter --watch --json')).toMatchObject({
      ...{ verb: 'status', subject: 'counter', isWatching: true, isJson: true },
    });
    expect(parse('plan counter@2.0.0 --waves 1,50% --bake 1m --expect-hosts 2')).toMatchObject({
      ...{ verb: 'plan', subject: 'counter', version: '2.0.0', waves: [1, '50%'] },
      ...{ bakeMs: 60_000, expectHosts: 2, isRefusedTried: false },
    });
    expect(parse('gc --keep 3 --json')).toMatchObject({ verb: 'gc', keepCount: 3, isJson: true });
    expect(parse('gc')).toMatchObject({ keepCount: 5 });
    expect(parse('controller --dashboard=4000')).toMatchObject({ dashboardPort: 4_000 });
    expect(parse('controller')).toMatchObject({ dashboardPort: undefined });
    expect(parse('status --help')).toBeUndefined();
  });

  it.each([
    ['', 'fleet needs a command; use one of: keygen, publish'],
    ['statsu', 'unknown command of fleet "statsu"; did you mean status?'],
    ['abort', 'hotpipe fleet abort PLUGIN: PLUGIN is missing'],
    ['abort a b', 'takes nothing more, but also got: b'],
    ['hosts x', 'takes nothing more, but also got: x'],
    ['rollout counter', '"counter" is not of the form PLUGIN@VERSION'],
    ['rollout @2', '"@2" is not of the form PLUGIN@VERSION'],
    ['publish dir', 'fleet publish needs --key'],
    ['agent dir --trust k', 'fleet agent needs --host'],
    ['agent dir --host h', 'fleet agent needs --trust'],
    ['hosts --namespace A.b', '--namespace "A.b" is not 1 to 32 characters'],
    ['controller --waves 0', '--waves has "0"'],
    ['controller --waves 1,,2', '--waves has ""'],
    ['controller --waves 101%', '--waves has "101%"'],
    ['controller --waves 1.5', '--waves has "1.5"'],
    ['controller --bake 5', '--bake "5" is no time; write 500ms, 30s, 5m or 2h'],
    ['controller --deadline 0s', '--deadline "0s" is no time'],
    ['controller --expect-hosts -1', '--expect-hosts needs a value'],
    ['controller --expect-hosts=-1', '--expect-hosts "-1" is not a whole number'],
    ['publish d --key k --serial 1e3', '--serial "1e3" is not a whole number'],
    ['status --cert a', '--cert and --cert-key need each other'],
    ['status --cert-key a', '--cert and --cert-key need each other'],
    ['keygen --ca a', 'fleet keygen takes --key'],
    ['status --dashboard=x', '--dashboard "x" is no port'],
    ['status --json --dashboard', 'fleet status takes --json or --dashboard, and not both'],
    ['status --watch --dashboard', 'fleet status takes --watch or --dashboard, and not both'],
    ['plan counter', '"counter" is not of the form PLUGIN@VERSION'],
    ['plan counter@1.0.0 --wait', 'fleet plan takes --nats'],
    ['gc --keep 0', '--keep "0" keeps nothing; it is a whole number from 1'],
    ['gc --keep 1.5', '--keep "1.5" is not a whole number'],
    ['gc counter', 'takes nothing more, but also got: counter'],
    ['status --keep 3', 'fleet status takes --nats'],
    ['hosts --dashboard', 'fleet hosts takes --nats'],
    ['status --wait', 'fleet status takes --nats'],
    ['status --nope', 'unknown option --nope'],
    ['status --nats', '--nats needs a value'],
  ])('refuses "%s"', (line, message) => {
    expect(() => parse(line)).toThrow(UsageError);
    expect(() => parse(line)).toThrow(message);
  });

  it('is the first word', async () => {
    expect(await readCommandLine(['fleet', 'status', 'a'])).toEqual(parse('status a'));
    expect(await readCommandLine(['fleet', 'status', '-h'])).toEqual({ _tag: 'help' });
    expect(() => parseCommandLine(['--json', 'fleet', 'status'])).toThrow('write fleet first');
  });
});
