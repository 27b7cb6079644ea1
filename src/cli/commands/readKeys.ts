/** What a key does. `enter` is called with the line that was typed after `r`: a plugin's name, or nothing for all. */
export interface KeyActions {
  readonly reload: (plugin: string) => void;
  readonly clear: () => void;
  readonly pause: () => void;
  readonly dashboard: () => void;
  readonly help: () => void;
  readonly quit: () => void;
  /** Shows what is typed. */
  readonly echo: (text: string) => void;
}

/** The part of `process.stdin` that is needed. */
export interface KeyInput {
  readonly isTTY?: boolean;
  setRawMode(isRaw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data', listener: (text: string) => void): unknown;
  off(event: 'data', listener: (text: string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

export const keysText = 'r reload · p pause · c clear · d dashboard · h help · q quit';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const ESCAPE = '\u001b';
const BACKSPACE = /^[\u0008\u007f]$/;

/**
 * Reads keys from a terminal, one by one, without Enter. After `r` a line is read: a plugin's name and Enter, or Enter
 * alone for all; Escape takes it back. Returns what ends it and gives the terminal back as it was.
 */
export function readKeys(input: KeyInput, actions: KeyActions): () => void {
  /** The name that is being typed after `r`; undefined: single keys are read. */
  let typed: string | undefined;

  const typeName = (name: string, key: string): void => {
    if (key === '\r' || key === '\n') {
      typed = undefined;
      actions.echo('\n');
      actions.reload(name.trim());
    } else if (key === ESCAPE) {
      typed = undefined;
      actions.echo('\n');
    } else if (BACKSPACE.test(key)) {
      if (name !== '') actions.echo('\b \b');
      typed = name.slice(0, -1);
    } else if (key >= ' ') {
      actions.echo(key);
      typed = name + key;
    }
  };
  const press = (key: string): void => {
    if (key === CTRL_C || key === CTRL_D) actions.quit();
    else if (typed !== undefined) typeName(typed, key);
    else if (key === 'r') {
      typed = '';
      actions.echo('reload which plugin (Enter: all)? ');
    } else if (key === 'c') actions.clear();
    else if (key === 'p') actions.pause();
    else if (key === 'd') actions.dashboard();
    else if (key === 'h' || key === '?') actions.help();
    else if (key === 'q') actions.quit();
  };
  const onData = (text: string): void => {
    // An arrow key sends Escape and two letters, which are no keys of their own.
    if (text.startsWith(ESCAPE) && text.length > 1) return;
    for (const key of text) press(key);
  };

  input.setRawMode(true);
  input.setEncoding('utf8');
  input.on('data', onData);
  input.resume();
  return () => {
    input.off('data', onData);
    input.setRawMode(false);
    input.pause();
  };
}
