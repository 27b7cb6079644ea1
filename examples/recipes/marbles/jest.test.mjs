// NODE_OPTIONS=--experimental-vm-modules npx jest
import { test } from '@jest/globals';
import { diagrams } from './diagrams.mjs';

test.each(Object.entries(diagrams))('%s', (_, diagram) => diagram());
