#!/usr/bin/env node
import '../scripts/node-version.mjs';
import { existsSync } from 'node:fs';
import module from 'node:module';

// From Node 22 on: compiled code is kept between starts.
module.enableCompileCache?.();

const main = new URL('../dist/src/cli/main.js', import.meta.url);
if (!existsSync(main)) {
  const { ensure } = await import('../scripts/ensure.mjs');
  await ensure();
}
await import(main.href);
