import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const shared = {
  testEnvironment: 'node',
  // Jest in CommonJS mode: see the head of the transformer for why.
  extensionsToTreatAsEsm: [],
  transform: { '\\.[cm]?[jt]sx?$': '<rootDir>/test/support/transform.cjs' },
  transformIgnorePatterns: [],
  resolver: '<rootDir>/test/support/resolve.cjs',
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts', 'json', 'node'],
  setupFiles: ['reflect-metadata'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.dist-next/', '<rootDir>/.perdure/'],
};

// Services (Postgres, Redis) start once, and only when a test that needs them is among those to run.
const services = {};
if (existsSync(here('test/support/global-setup.ts'))) services.globalSetup = '<rootDir>/test/support/global-setup.mjs';
if (existsSync(here('test/support/global-teardown.ts')))
  services.globalTeardown = '<rootDir>/test/support/global-teardown.mjs';

/** @type {import('jest').Config} */
export default {
  // Two cores are meant; tests that wait for a clock or a disk leave room for a third.
  maxWorkers: 3,
  testTimeout: 60_000,
  passWithNoTests: true,
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/src/**/*.test.ts'] },
    { ...shared, ...services, displayName: 'services', testMatch: ['<rootDir>/test/**/*.test.ts'] },
  ],
};
