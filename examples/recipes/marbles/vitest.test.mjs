// npx vitest run
import { test } from 'vitest';
import { diagrams } from './diagrams.mjs';

test.each(Object.entries(diagrams))('%s', (_, diagram) => diagram());
