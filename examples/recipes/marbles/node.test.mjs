// node --test node.test.mjs
import { test } from 'node:test';
import { diagrams } from './diagrams.mjs';

for (const [name, diagram] of Object.entries(diagrams)) test(name, diagram);
