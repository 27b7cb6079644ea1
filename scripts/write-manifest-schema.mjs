// Writes plugin.schema.json, the JSON Schema of a plugin's manifest, from the codec that reads manifests: `npm run schema`
// A unit test fails when the file is not current.
import { writeFileSync } from 'node:fs';
import { manifestSchema } from '../dist/runtime/index.js';

const file = new URL('../plugin.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(manifestSchema(), null, 2)}\n`);
