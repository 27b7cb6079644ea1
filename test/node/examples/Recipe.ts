import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';

/** Bounded generously: what is waited for takes milliseconds. */
export const WAIT = { timeout: 25_000, interval: 20 };

/** A recipe that runs in a copy of its folder, as somebody would copy it. It is killed when the test ends. */
export class Recipe {
  readonly dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-recipe-')));
  output = '';
  #child: ChildProcess | undefined;

  /** @param installed - The packages that it imports beside hotpipe and rxjs, and where each one is. */
  constructor(
    name: string,
    installed: Readonly<Record<string, string>> = {},
    hotpipe: 'linked' | 'copied' = 'linked',
  ) {
    cpSync(`examples/recipes/${name}`, this.dir, { recursive: true });
    const link = (target: string, name: string) => {
      const path = join(this.dir, 'node_modules', name);
      mkdirSync(dirname(path), { recursive: true });
      symlinkSync(realpathSync(target), path);
    };
    // A tool may take what is linked for a source of the program, so there it is copied, as an installation has it.
    if (hotpipe === 'linked') link('.', 'hotpipe');
    else {
      for (const part of ['package.json', 'lib'])
        cpSync(part, join(this.dir, 'node_modules/hotpipe', part), { recursive: true });
    }
    link('node_modules/rxjs', 'rxjs');
    for (const [name, target] of Object.entries(installed)) link(target, name);
    onTestFinished(() => {
      this.#child?.kill('SIGKILL');
      rmSync(this.dir, { recursive: true, force: true });
    });
  }

  start(...args: readonly string[]): this {
    this.#child = spawn(process.execPath, args, { cwd: this.dir, stdio: 'pipe' });
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

  /** Runs a program until it ends by itself, and gives its exit code. */
  run(...args: readonly string[]): Promise<unknown> {
    return this.start(...args).#exit();
  }

  /** Its exit code after Ctrl-C. */
  end(): Promise<unknown> {
    const ended = this.#exit();
    this.#child?.kill('SIGINT');
    return ended;
  }

  #exit(): Promise<unknown> {
    return new Promise((resolve) => {
      this.#child?.once('close', (code, signal) => resolve(code ?? signal));
    });
  }
}
