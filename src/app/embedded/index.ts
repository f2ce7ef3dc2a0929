export { AlreadyRunning, EmbeddedPostgresError } from './errors.js';
export { startPostgres, usePostgres, type EmbeddedPostgres, type PostgresOptions } from './postgres.js';
export { Reaper, type Running, type StopPlan } from './reaper.js';
