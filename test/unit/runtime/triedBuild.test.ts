import { createHash } from 'node:crypto';
import { left, right } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { crashed } from '../../../src/model/reload/failures.js';
import type { TriedVersion, VersionTrials } from '../../../src/model/reload/VersionTrials.js';
import type { FileStamp, PluginFiles } from '../../../src/modules/files/PluginFiles.js';
import type { GraphModule } from '../../../src/modules/ModuleGraph.js';
import { TriedBuild } from '../../../src/runtime/code/TriedBuild.js';
import { codeOf } from './fakeVersion.js';

const MANIFEST = '/p/a/plugin.toml';

/** A disk with these texts; an undefined one cannot be read. `/p/a/link.ts` leads to `/out/linked.ts`. */
function diskOf(texts: Record<string, string | undefined>, resolved: string[] = []): PluginFiles {
  const paths = Object.keys(texts);
  const stat = (path: string): FileStamp | undefined => {
    const stamp = { sizeBytes: 1, identity: path, isSettled: true };
    if (path in texts) return { ...stamp, kind: path.endsWith('pipe.ts') ? 'other' : 'file' };
    const isDirectory = paths.some((other) => other.startsWith(`${path}/`));
    return isDirectory ? { ...stamp, kind: 'directory' } : undefined;
  };
  return {
    stat,
    read: (path) => {
      const text = texts[path];
      const stamp = stat(path);
      if (text === undefined || stamp === undefined) throw new Error('EACCES');
      return { text, before: stamp, after: stamp, sizeBytes: text.length };
    },
    realPath: (path) => {
      resolved.push(path);
      return path.replace('/p/a/link.ts', '/out/linked.ts');
    },
    list: (dir) => {
      if (dir.endsWith('/closed')) throw new Error('EACCES');
      const below = paths.filter((path) => path.startsWith(`${dir}/`));
      return [...new Set(below.map((path) => path.slice(dir.length + 1).split('/')[0] ?? ''))];
    },
  };
}

/** A build of the plugin in `/p/a`, and what its trials were told. */
function build(
  texts: Record<string, string | undefined>,
  answer: Awaited<ReturnType<VersionTrials['begin']>> = right(undefined),
  known: ReadonlyMap<string, GraphModule> = new Map(),
) {
  const begun: TriedVersion[] = [];
  const ended: TriedVersion[] = [];
  /** Whose real paths were asked for. */
  const resolved: string[] = [];
  let turns = 0;
  const trials: VersionTrials = {
    beginBuild: (version) => {
      begun.push(version);
      return Promise.resolve(answer);
    },
    endBuild: (version) => void ended.push(version),
    begin: () => Promise.resolve(right(undefined)),
    served: () => undefined,
    dropped: () => undefined,
  };
  const tried = new TriedBuild({
    trials,
    files: diskOf(texts, resolved),
    folder: '/p/a',
    manifest: { ...codeOf().manifest, path: MANIFEST, text: 'name = "a"' },
    known,
    nextTurn: () => {
      turns += 1;
      return Promise.resolve();
    },
  });
  return { tried, begun, ended, resolved, turns: () => turns };
}

const fingerprintOf = (parts: readonly (readonly [string, string])[]) => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const lines = parts.map(([path, text]) => `${path}\0${sha256(text)}`).sort();
  return `build-${sha256(lines.join('\0'))}`;
};

describe('a build on trial', () => {
  test('is noted with its manifest and all sources below its folder, but for packages and hidden folders', async () => {
    const { tried, begun } = build({
      '/p/a/index.ts': '\uFEFFone',
      '/p/a/lib/deep/part.mjs': 'two',
      '/p/a/data.json': '{}',
      '/p/a/node_modules/x/index.js': 'package',
      '/p/a/.cache/y.js': 'hidden',
      '/p/a/closed/z.js': undefined,
      '/p/a/secret.ts': undefined,
      '/p/a/pipe.ts': 'other',
      '/p/a/link.ts': 'at the link',
      '/out/linked.ts': 'linked',
    });
    expect(await tried.begin()).toEqual(right(undefined));

    const parts = [
      [MANIFEST, 'name = "a"'],
      ['/p/a/index.ts', 'one'],
      ['/p/a/lib/deep/part.mjs', 'two'],
      ['/out/linked.ts', 'linked'],
    ] as const;
    expect(begun).toHaveLength(1);
    expect(begun[0]?.plugin).toBe('a');
    expect([...(begun[0]?.files ?? [])].sort()).toEqual([...parts].sort());
    // The manifest comes first.
    expect([...(begun[0]?.files.keys() ?? [])][0]).toBe(MANIFEST);
    const relative = [
      ['plugin.toml', 'name = "a"'],
      ['index.ts', 'one'],
      ['lib/deep/part.mjs', 'two'],
      ['../../out/linked.ts', 'linked'],
    ] as const;
    expect(begun[0]?.fingerprint).toBe(fingerprintOf(relative));
    expect(tried.builds).toEqual([begun[0]?.fingerprint]);
  });

  test('is noted again before a source is compiled that it does not have, and only then', async () => {
    const { tried, begun, ended } = build({ '/p/a/index.ts': 'one' });
    await tried.begin();
    expect(await tried.beforeCompile('/p/a/index.ts', 'one')).toEqual(right(undefined));
    expect(await tried.beforeCompile('/out/data.json', '{}')).toEqual(right(undefined));
    expect(begun).toHaveLength(1);
    await tried.beforeCompile('/out/shared.ts', 'shared');
    await tried.beforeCompile('/p/a/index.ts', 'edited meanwhile');

    expect(begun).toHaveLength(3);
    expect(begun[2]?.files.get('/p/a/index.ts')).toBe('edited meanwhile');
    expect(begun[2]?.files.get('/out/shared.ts')).toBe('shared');
    const fingerprints = begun.map(({ fingerprint }) => fingerprint);
    expect(new Set(fingerprints).size).toBe(3);
    tried.end();
    expect(ended).toEqual([{ ...begun[2], builds: fingerprints }]);
  });

  test('is refused when its trials refuse it', async () => {
    const refusal = left(crashed('a', 'it ended a host'));
    const { tried } = build({ '/p/a/index.ts': 'one' }, refusal);
    expect(await tried.begin()).toEqual(refusal);
    expect(await tried.beforeCompile('/out/x.ts', 'x')).toEqual(refusal);
  });

  test('that was never noted has no end', () => {
    const { tried, ended } = build({});
    tried.end();
    expect([ended, tried.builds]).toEqual([[], []]);
  });

  test('gives other work its turn, every twenty sources', async () => {
    const texts = Object.fromEntries(
      Array.from({ length: 45 }, (_, n) => [`/p/a/${n}.ts`, `${n}`]),
    );
    const { tried, begun, turns } = build(texts);
    await tried.begin();
    expect([begun[0]?.files.size, turns()]).toEqual([46, 2]);
  });

  test('takes over what is certainly as the version that serves read it, wherever it lies, and reads the rest', async () => {
    const module = (source: string, isSettled: boolean, identity: string) =>
      ({ compiled: { source, hash: `hash of ${source}` }, isSettled, identity }) as GraphModule;
    const known = new Map([
      ['/out/same.ts', module('as it was read', true, '/out/same.ts')],
      ['/out/young.ts', module('as it was read', false, '/out/young.ts')],
      ['/out/other.ts', module('as it was read', true, 'another')],
      ['/out/gone.ts', module('as it was read', true, 'gone')],
    ]);
    const texts = { '/out/same.ts': 'disk', '/out/young.ts': 'disk', '/out/other.ts': 'disk' };
    const { tried, begun } = build(texts, right(undefined), known);
    await tried.begin();
    expect([...(begun[0]?.files ?? [])]).toEqual([
      [MANIFEST, 'name = "a"'],
      ['/out/same.ts', 'as it was read'],
      ['/out/young.ts', 'disk'],
      ['/out/other.ts', 'disk'],
    ]);
  });

  test('looks up the real paths of what changed only, and of what is new, as a link in place of a module', async () => {
    const module = (source: string, identity: string) =>
      ({ compiled: { source, hash: source }, isSettled: true, identity }) as GraphModule;
    const known = new Map([
      ['/p/a/index.ts', module('one', '/p/a/index.ts')],
      ['/p/a/edited.ts', module('before', 'before')],
      ['/p/a/link.ts', module('was no link', 'before')],
    ]);
    const texts = { '/p/a/index.ts': 'one', '/p/a/edited.ts': 'now', '/p/a/link.ts': 'link' };
    const { tried, begun, resolved } = build(
      { ...texts, '/out/linked.ts': 'linked' },
      right(undefined),
      known,
    );
    await tried.begin();
    expect(resolved).toEqual(['/p/a/edited.ts', '/p/a/link.ts']);
    expect([...(begun[0]?.files ?? [])]).toEqual([
      [MANIFEST, 'name = "a"'],
      ['/p/a/index.ts', 'one'],
      ['/p/a/edited.ts', 'now'],
      ['/out/linked.ts', 'linked'],
    ]);
  });

  test('looks at ten thousand entries at most', async () => {
    const noted = async (others: number) => {
      const texts = Object.fromEntries(
        Array.from({ length: others }, (_, n) => [`/p/a/${n}.json`, '']),
      );
      const { tried, begun } = build({ ...texts, '/p/a/index.ts': 'one' });
      await tried.begin();
      return begun[0]?.files.has('/p/a/index.ts');
    };
    expect([await noted(9_999), await noted(10_000)]).toEqual([true, false]);
  });

  test('has a limit of a thousand sources', async () => {
    const texts = Object.fromEntries(Array.from({ length: 1_005 }, (_, n) => [`/p/a/${n}.ts`, '']));
    const { tried, begun } = build(texts);
    await tried.begin();
    expect(begun[0]?.files.size).toBe(1_001);
  });

  test('is not on trial where the host has no trials of builds', async () => {
    const tried = new TriedBuild({
      trials: undefined,
      files: diskOf({}),
      folder: '/p/a',
      manifest: codeOf().manifest,
      known: new Map(),
      nextTurn: () => Promise.resolve(),
    });
    expect(await tried.begin()).toEqual(right(undefined));
    expect(await tried.beforeCompile('/p/a/x.ts', 'x')).toEqual(right(undefined));
    expect(tried.builds).toEqual([]);
  });
});
