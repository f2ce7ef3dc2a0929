/** Asks for a secret at the terminal that it runs in, and tells how long it is. */
import { readSecret } from '../../src/cli/secret-input.js';

const io = { err: (text: string): void => void process.stderr.write(text) };
const secret = await readSecret(io, 'Secret (not shown): ', process.stdin);
process.stdout.write(`${secret.length} characters came\n`);
