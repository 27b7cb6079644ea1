import { titleCase } from '../../shared/titleCase.ts';

interface Request {
  readonly path: string;
}

interface Response {
  readonly status: number;
  readonly body: string;
}

/** Answers GET /<name>. A save of this file, or of the shared helper, goes live on the next request. */
export function handle({ path }: Request): Response {
  const name = decodeURIComponent(path.slice(1)) || 'world';
  return { status: 200, body: `Hello, ${titleCase(name)}!\n` };
}
