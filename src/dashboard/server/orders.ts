/** What the buttons of the page ask for. */
export type Order =
  | { readonly order: 'reload'; readonly plugin: string }
  | { readonly order: 'rollBack'; readonly plugin: string }
  | { readonly order: 'resetBreaker'; readonly plugin: string };

/** The answer to an order. */
export interface Outcome {
  readonly ok: boolean;
  readonly message: string;
}

/** Reads an order. A text tells what is wrong with it. */
export function decodeOrder(text: string): Order | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'the order is not JSON';
  }
  if (typeof value !== 'object' || value === null) return 'the order is not an object';
  const order: unknown = Reflect.get(value, 'order');
  const plugin: unknown = Reflect.get(value, 'plugin');
  if (typeof plugin !== 'string' || plugin === '') return 'the order names no plugin';
  if (order === 'reload' || order === 'rollBack' || order === 'resetBreaker') {
    return { order, plugin };
  }
  return `the order ${JSON.stringify(order)} is not known: reload, rollBack or resetBreaker`;
}

/** Carries an order out on a runtime, as far as that one can. */
export async function carryOut(
  { order, plugin }: Order,
  runtime: unknown,
  resetBreaker: ((plugin: string) => void) | undefined,
): Promise<Outcome> {
  if (order === 'resetBreaker') {
    if (resetBreaker === undefined) return missing('resetBreaker', 'the option resetBreaker');
    resetBreaker(plugin);
    return { ok: true, message: `${plugin}: its breaker was reset` };
  }
  const name = order === 'reload' ? 'reloadPlugin' : 'rollBackPlugin';
  const method: unknown =
    typeof runtime === 'object' && runtime !== null ? Reflect.get(runtime, name) : undefined;
  if (typeof method !== 'function') return missing(order, `a runtime with ${name}`);
  const args = order === 'reload' ? [plugin] : [plugin, { reason: 'ordered on the dashboard' }];
  const task: unknown = Reflect.apply(method, runtime, args);
  const result: unknown =
    typeof task === 'function' ? await Reflect.apply(task, undefined, []) : task;
  return outcomeOf(plugin, result);
}

function missing(order: string, what: string): Outcome {
  return { ok: false, message: `${order} needs ${what}, which dashboard was not given` };
}

/** From an `Either` of the runtime. */
function outcomeOf(plugin: string, result: unknown): Outcome {
  if (typeof result !== 'object' || result === null)
    return { ok: true, message: `${plugin}: done` };
  if (Reflect.get(result, '_tag') !== 'Left') return { ok: true, message: `${plugin}: done` };
  const error: unknown = Reflect.get(result, 'left');
  const message: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'message') : undefined;
  return { ok: false, message: typeof message === 'string' ? message : `${plugin}: it failed` };
}
