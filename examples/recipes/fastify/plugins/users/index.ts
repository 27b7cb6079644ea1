import type { PluginContext } from 'hotpipe';

interface Database {
  exec(sql: string, values?: unknown[]): { values: unknown[][] }[];
  run(sql: string, values: unknown[]): void;
}

const GREETING = 'hello';
let ctx: PluginContext;

export function start(context: PluginContext): void {
  ctx = context;
}

export const list = (): string[] => search('');

export function search(part: string): string[] {
  const db = ctx.host['db'] as Database;
  const [found] = db.exec('SELECT name FROM users WHERE instr(name, ?)', [part]);
  return (found?.values ?? []).map(([name]) => `${GREETING} ${String(name)}`);
}

export function add({ name }: { readonly name: string }): { readonly added: string } {
  const db = ctx.host['db'] as Database;
  db.run('INSERT INTO users VALUES (?)', [name]);
  ctx.emit('added', { name });
  return { added: name };
}
