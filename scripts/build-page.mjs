// Builds the page of the dashboard into one file: the script is bundled, and script and styles stand in the page itself.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const from = 'src/dashboard/page';
const { outputFiles } = await build({
  entryPoints: [`${from}/client.ts`],
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  write: false,
  // A text of a plugin cannot be in it, but `</script>` would end it.
  supported: { 'inline-script': false },
});
const styles = await build({
  entryPoints: [`${from}/page.css`],
  minify: true,
  write: false,
});
const script = outputFiles[0].text.trim();
const html = readFileSync(`${from}/page.html`, 'utf8')
  .replace('/* page.css */', () => styles.outputFiles[0].text.trim())
  .replace('/* client.js */', () => script);
// Both are `../page` for the code that reads it: by file in `dist`, in chunks in `lib`.
for (const folder of ['dist/dashboard/page', 'lib/page']) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/page.html`, html);
}
