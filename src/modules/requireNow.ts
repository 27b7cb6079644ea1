import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../model/reload/ReloadError.js';
import { pause } from './adapters/pause.js';
import { type GraphBuilder, MAX_SOURCE_BYTES } from './buildGraph.js';
import type { RequireProblem } from './commonjs/requireErrors.js';
import type { RequireTarget } from './commonjs/resolveRequire.js';
import { readTextNow } from './files/readTextNow.js';
import { identityAt } from './files/unchanged.js';
import { GraphGrowth, type WantedFile } from './GraphGrowth.js';
import { hasKnownExtension } from './ListedDirectories.js';
import { destinationOf } from './ledAtRunTime.js';
import { fileProblem } from './link/fileProblem.js';
import type { GraphModule, ModuleGraph } from './ModuleGraph.js';

/**
 * What the `require`s of a running version need from the files: where they lead, and modules that the build did not know of. All of it at
 * once, since a `require` returns in the same turn. What is found joins the version's graph.
 */
export class RequireNow {
  constructor(
    readonly builder: Omit<GraphBuilder, 'nextTurn'>,
    readonly plugin: string,
    readonly graph: ModuleGraph,
    /** Called when the graph has got a file, or a path to look at, that it did not have. */
    readonly onNewFile: () => void,
  ) {}

  resolve(specifier: string, importer: string): RequireTarget {
    const { graph } = this;
    const foreseen = graph.modules.get(importer)?.requires.get(specifier);
    if (foreseen !== undefined) return foreseen;
    const target = this.#growth().require(specifier, importer);
    const to = destinationOf(target, specifier);
    // What is nothing but the host's: no file that appears changes that.
    if (target.kind === 'host' && target.tried === undefined && to === undefined) return target;
    const path = target.kind === 'own' ? target.path : undefined;
    const { mapping } = graph.modules.get(importer) ?? {};
    const led = { by: 'require', specifier, importer, mapping, path, to } as const;
    graph.ledAtRunTime.set(`require\0${importer}\0${specifier}`, led);
    if (path !== undefined && this.#isComputed(specifier, importer)) {
      graph.listed.note(this.builder.files, path, importer);
    }
    if (path !== undefined && !hasKnownExtension(path)) {
      graph.decided.set(path, identityAt(this.builder.files, path));
    }
    this.onNewFile();
    const isShared = path !== undefined && this.#isShared(path);
    // The host loads a file that it shares; where it cannot be shared, loading it tells why.
    return isShared && this.builder.sharedRefusal === undefined
      ? { kind: 'host', specifier: path }
      : target;
  }

  #isShared(path: string): boolean {
    return this.builder.isShared?.(path) === true;
  }

  /** The module of a file. Reads and compiles it, and what it imports, unless the version has it. */
  moduleAt(path: string): E.Either<RequireProblem, GraphModule> {
    const known = this.graph.modules.get(path);
    if (known !== undefined) return E.right(known);
    const { sharedRefusal } = this.builder;
    if (sharedRefusal !== undefined && this.#isShared(path)) {
      return E.left({ kind: 'other', message: `"${path}" ${sharedRefusal}` });
    }
    const growth = this.#growth();
    growth.want({ path, isNeeded: true });
    for (let file = growth.take(); file !== undefined; file = growth.take()) {
      const problem = this.#addFile(growth, file, path);
      if (problem !== undefined) {
        this.onNewFile();
        return E.left(problem);
      }
    }
    growth.nameImported();
    this.onNewFile();
    const module = this.graph.modules.get(path);
    return module === undefined
      ? E.left({ kind: 'other', message: `${path} was not compiled` })
      : E.right(module);
  }

  #isComputed(specifier: string, importer: string): boolean {
    const form = this.graph.modules.get(importer)?.compiled.form;
    return form?.kind !== 'commonjs' || !form.requires.includes(specifier);
  }

  #growth(): GraphGrowth {
    return new GraphGrowth(this.builder, this.plugin, this.graph, {
      read: new Map(),
      sources: new Map(),
    });
  }

  #addFile(growth: GraphGrowth, file: WantedFile, required: string): RequireProblem | undefined {
    const { files, compiler } = this.builder;
    const { path } = file;
    const readNow = (wanted: string) => readTextNow(files, wanted, MAX_SOURCE_BYTES, pause);
    const settings = growth.settings(path, growth.tsconfigNow(path, readNow));
    if (E.isLeft(settings)) return problemOf(settings);
    const read = readNow(path);
    if (E.isLeft(read)) {
      const { code } = read.left;
      const refused = growth.refuse(file, { kind: 'unreadable', code });
      return path === required ? { kind: 'unreadable', path, code } : problemOf(refused);
    }
    const { text, stamp } = read.right;
    const compiled = compiler.compileNow?.(path, text, settings.right.compile, growth.kindOf(path));
    if (compiled === undefined) {
      const message = `${path}: this host's compiler has no compileNow, so only files whose require is written as a literal can be loaded`;
      return { kind: 'other', message };
    }
    if (E.isRight(compiled)) {
      const adding = growth.add(file, compiled.right, stamp, settings.right);
      for (let step = adding.next(); ; step = adding.next()) {
        if (step.done === true) return problemOf(step.value);
      }
    }
    const problems = compiled.left;
    const { identity } = stamp;
    const refused = growth.refuse(file, { kind: 'invalid', source: text, problems, identity });
    if (path !== required) return problemOf(refused);
    const [first = { reason: 'not valid', line: 1, column: 1 }] = problems;
    return path.endsWith('.json')
      ? { kind: 'json', path, message: jsonMessage(text) }
      : { kind: 'invalid', path, ...first };
  }
}

function problemOf(added: E.Either<ReloadError, unknown>): RequireProblem | undefined {
  if (E.isRight(added)) return undefined;
  const { message, code, kind } = fileProblem(added.left);
  return { kind: 'other', message, code, isSyntax: kind === 'SyntaxError' };
}

/** What the engine says of a JSON text that is not valid. */
function jsonMessage(text: string): string {
  try {
    JSON.parse(text);
    return 'not valid';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
