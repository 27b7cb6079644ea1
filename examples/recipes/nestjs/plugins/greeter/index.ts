import type { PluginContext } from 'hotpipe';

interface Visits {
  count(name: string): number;
}

let ctx: PluginContext;

export function start(context: PluginContext): void {
  ctx = context;
}

export function greet(name: string): string {
  const visits = ctx.host['visits'] as Visits; // the provider of the application
  return `hello ${name}, visit ${visits.count(name)}`;
}
