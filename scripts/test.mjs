// npm test [-- jest's arguments]: installs what is missing, builds, runs the tests; the tests start what they need.
import { join } from 'node:path';
import { ensure, root, run } from './ensure.mjs';

await ensure();
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const { code } = await run([process.execPath, jest, ...process.argv.slice(2)]);
process.exit(code);
