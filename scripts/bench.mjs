// npm run bench:NAME [-- arguments]: runs bench/NAME.ts from the build, as production would.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensure, root } from './ensure.mjs';

const [name = '', ...rest] = process.argv.slice(2);
if (!/^[a-z0-9-]+$/.test(name) || !existsSync(join(root, 'bench', `${name}.ts`))) {
  const folder = join(root, 'bench');
  const names = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.ts')) : [];
  console.error(`bench: no bench/${name || 'NAME'}.ts; there are: ${names.join(', ') || 'none'}`);
  process.exit(2);
}
await ensure();
const main = join(root, 'dist', 'bench', `${name}.js`);
process.argv = [process.execPath, main, ...rest];
try {
  await import(pathToFileURL(main).href);
} catch (error) {
  if (!error.code?.startsWith('ERR_PARSE_ARGS')) throw error;
  console.error(`bench:${name}: ${error.message}; the first lines of bench/${name}.ts say which there are`);
  process.exitCode = 2;
}
