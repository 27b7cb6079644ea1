// Writes plugin.schema.json, the JSON Schema of a plugin's manifest, from the codec that reads manifests; a unit test says when it
// is not current. Run after a build:  node scripts/write-manifest-schema.mjs && npx biome format --write plugin.schema.json
import { writeFileSync } from 'node:fs';
import { manifestSchema } from '../dist/runtime/index.js';

const file = new URL('../plugin.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(manifestSchema(), null, 2)}\n`);
