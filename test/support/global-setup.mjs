// Jest's own loading of a global setup does not resolve `./name.js` to `name.ts`; tsx does. The setup and the teardown
// are loaded as two module graphs: what they share stands on globalThis.
import { tsImport } from 'tsx/esm/api';

export default async function setup(...args) {
  const { default: run } = await tsImport('./global-setup.ts', import.meta.url);
  await run(...args);
}
