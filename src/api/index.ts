export { createApi } from './create.js';
export type { ApiConfig, ApiDeps, ApiSource } from './deps.js';
export { ApiModule } from './module.js';
