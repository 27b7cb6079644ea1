import vm from 'node:vm';
import type {
  CommonjsText,
  CompilationCache,
  MakeWrapper,
  Wrapper,
} from '../evaluate/CompiledModule.js';
import { compileFunction, compileWith, functionData } from '../evaluate/runnableModule.js';
import { noteForCoverage, withToolComments } from '../evaluate/toolComments.js';
import { WRAPPER_PARAMETERS } from './moduleSyntax.js';
import { type ConvertedModule, runConverted } from './runConverted.js';

/**
 * Compiles a CommonJS text in sloppy mode, in a function with Node's five parameters. Its lines and columns stay as they are. Throws the
 * engine's error, with the text's own lines, when the syntax is wrong.
 */
export function runnableCommonjs(
  text: CommonjsText,
  cache: CompilationCache,
  data?: Buffer,
): MakeWrapper {
  const { code, scriptName, comments } = text;
  const { whole, parameters } = wholeFunction(text);
  const options = data && { cachedData: data };
  const compile = () => compileFunction(whole, parameters, scriptName, cache, options);
  /** Throws what is wrong with the text alone, at its own lines. */
  const compileAlone = () =>
    compileWith(cache, () =>
      vm.compileFunction(code, [...WRAPPER_PARAMETERS], { filename: scriptName }),
    );
  const make = attempt(compile);
  // A text that ends too early would be told at a line of the code around it.
  if (make === undefined || hasLooseBrace(code)) compileAlone();
  const made = make ?? compile();
  noteForCoverage(whole, comments);
  return (scope, load) => {
    const convert = (module: Omit<ConvertedModule, 'load'>) => runConverted({ ...module, load });
    const wrapper: unknown = Reflect.apply(made, undefined, [scope, load, convert]);
    // A text that closes the function around it and opens another one makes it shorter than what was written.
    if (isWrapper(wrapper) && String(wrapper).length === FUNCTION_HEAD.length + code.length + 2) {
      return wrapper;
    }
    compileAlone();
    throw new SyntaxError(`${scriptName} closes a bracket too many`);
  };
}

/** The engine's data for a text: see `scriptData`. */
export function commonjsData(text: CommonjsText, cache: CompilationCache): Buffer | undefined {
  const { whole, parameters } = wholeFunction(text);
  return functionData(whole, parameters, text.scriptName, cache);
}

/** A text in its function, and the names of what that is called with. A name that the code does not use stands for what it does not need. */
function wholeFunction({ code, importName, convertName, comments }: CommonjsText) {
  const scopeName = unusedName(code, 'scope');
  return {
    whole: withToolComments(`${commonjsHead(code)}${code}\n})`, comments),
    parameters: [scopeName, importName ?? `${scopeName}1`, convertName ?? `${scopeName}2`],
  };
}

const FUNCTION_HEAD = `function (${WRAPPER_PARAMETERS.join(', ')}) {`;

/** What stands before a CommonJS text, on its first line. In brackets, so that V8 compiles the function at once and not twice. */
export function commonjsHead(code: string): string {
  return `void(()=>${unusedName(code, 'scope')});return (${FUNCTION_HEAD}`;
}

/** Whether a text may close the function that is around it: it has a `}` before its `{`. Such texts are compiled alone to know. */
function hasLooseBrace(code: string): boolean {
  let depth = 0;
  let opens = code.indexOf('{');
  for (let closes = code.indexOf('}'); closes >= 0; ) {
    if (opens >= 0 && opens < closes) {
      depth += 1;
      opens = code.indexOf('{', opens + 1);
    } else {
      if (depth === 0) return true;
      depth -= 1;
      closes = code.indexOf('}', closes + 1);
    }
  }
  return false;
}

/** A name of that many letters or more which is nowhere in the text, so that no code of the text can mean it. */
export function unusedName(code: string, stem: string): string {
  let name = `$${stem}`;
  for (let count = 0; code.includes(name); count += 1)
    name = `$${stem.slice(0, -String(count).length)}${count}`;
  return name;
}

function attempt<A>(compile: () => A): A | undefined {
  try {
    return compile();
  } catch {
    return undefined;
  }
}

function isWrapper(value: unknown): value is Wrapper {
  return typeof value === 'function';
}
