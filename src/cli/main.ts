/** Entry of the perdure command: bin/perdure.mjs and scripts/quickstart.mjs import it. */
import { terminalIo } from './io.js';
import { runCli } from './program.js';

process.exitCode = await runCli(process.argv.slice(2), terminalIo());
