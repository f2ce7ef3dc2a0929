// npm run quickstart [-- --once]: installs, builds, then becomes `perdure up --quickstart`: one process, so that a
// signal has one address.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensure, root } from './ensure.mjs';

await ensure();
const main = join(root, 'dist', 'src', 'cli', 'main.js');
process.argv = [process.execPath, main, 'up', '--quickstart', ...process.argv.slice(2)];
await import(pathToFileURL(main).href);
