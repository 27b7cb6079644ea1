import { titleCase } from '../../shared/titleCase.ts';

interface Request {
  readonly path: string;
}

interface Response {
  readonly status: number;
  readonly body: string;
}

/** Answers GET /<name>. After a save of this file, or of the shared helper, the next request gets the new answer. */
export function handle({ path }: Request): Response {
  const name = decodeURIComponent(path.slice(1)) || 'world';
  return { status: 200, body: `Hello, ${titleCase(name)}!\n` };
}
