// npm run check: everything that CI asks. All parts run, so that one run shows all that is wrong.
// npm run check -- types lint: only these. The quick ones run side by side; tests come last, alone.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensure, root, run, say } from './ensure.mjs';

const bin = (...parts) => join(root, 'node_modules', ...parts);
const tsc = [bin('typescript7', 'bin', 'tsc'), '-p'];
const folders = ['src', 'workers', 'migrations', 'test', 'bench'].filter((folder) => existsSync(join(root, folder)));

const parts = {
  types: [[...tsc, 'tsconfig.json'], ...(existsSync(join(root, 'web', 'tsconfig.json')) ? [[...tsc, 'web']] : [])],
  boundaries: [
    [bin('dependency-cruiser', 'bin', 'dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', ...folders],
  ],
  lint: [[bin('eslint', 'bin', 'eslint.js'), '.', '--max-warnings', '0']],
  format: [[bin('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.']],
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => name !== 'test' && !(name in parts));
if (unknown !== undefined) {
  say(`check: no part "${unknown}"; there are: ${Object.keys(parts).join(', ')}, test`);
  process.exit(2);
}
const wanted = (name) => asked.length === 0 || asked.includes(name);

await ensure({ build: false });
const quick = Object.keys(parts).filter(wanted);
const passed = await Promise.all(quick.map(check));
if (wanted('test')) {
  const { code } = await run([process.execPath, join(root, 'scripts', 'test.mjs')]);
  passed.push(code === 0);
  say(`test: ${code === 0 ? 'ok' : 'FAILED'}`);
}
process.exitCode = passed.every(Boolean) ? 0 : 1;

async function check(name) {
  const started = Date.now();
  for (const command of parts[name]) {
    const { code, output } = await run([process.execPath, ...command], { capture: true });
    if (code === 0) continue;
    process.stdout.write(output);
    say(`${name}: FAILED`);
    return false;
  }
  say(`${name}: ok, ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return true;
}
