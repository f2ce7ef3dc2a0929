export { createApi } from './create.js';
export type { ApiConfig, ApiDeps, ApiSource, Following, FollowRequest } from './deps.js';
export { ApiModule } from './module.js';
