// Builds the page of the dashboard into one file: the script is bundled, and script and styles stand in the page itself. A page that is too
// large ends the build, which is part of `npm run check`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

/** As it is sent, without compression. @source measured: bench/trace/figures.md */
const MAX_BYTES = 80_000;
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
const byteCount = Buffer.byteLength(html);
if (byteCount > MAX_BYTES) {
  console.error(`the page of the dashboard has ${byteCount} bytes, more than ${MAX_BYTES}`);
  process.exit(1);
}
// Both are `../page` for the code that reads it: by file in `dist`, in chunks in `lib`.
for (const folder of ['dist/dashboard/page', 'lib/page']) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/page.html`, html);
}
