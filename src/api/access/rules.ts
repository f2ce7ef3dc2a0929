/**
 * Who may ask for what. The first line that fits decides; what none fits is an administrator's. Lines speak of routes as
 * they are registered, never of paths as they were sent, so no spelling of a path slips past.
 */
import { type Role } from '../../core/api-key.js';

export interface Rule {
  /** `read`: GET and HEAD; `all`: every method. */
  readonly method: 'read' | 'all';
  /** A route; with `*` at its end, all that begin with it. */
  readonly route: string;
  /** `anyone`: without a key. */
  readonly role: Role | 'anyone';
}

/** For what under `/api/` and `/admin/` has no line of its own: a test sees to it that nothing has to fall back on it. */
export const LAST_RESORT: Rule = { method: 'all', route: '*', role: 'administrator' };

export const RULES: readonly Rule[] = [
  // Whoever starts and stops processes asks these, and has no key.
  { method: 'read', route: '/healthz', role: 'anyone' },
  { method: 'read', route: '/readyz', role: 'anyone' },

  // What was archived.
  { method: 'read', route: '/api/v1/collections*', role: 'reader' },
  { method: 'read', route: '/api/v1/posts*', role: 'reader' },
  { method: 'read', route: '/api/v1/actors*', role: 'reader' },
  { method: 'read', route: '/api/v1/media/:digest', role: 'reader' },
  { method: 'read', route: '/api/v1/events*', role: 'reader' },

  // How it came here: accessions name who handed in what, rejects show bytes of unknown content, seeds name who is at risk.
  { method: 'all', route: '/api/v1/collections*', role: 'archivist' },
  { method: 'all', route: '/api/v1/accessions*', role: 'archivist' },
  { method: 'all', route: '/api/v1/media/missing*', role: 'archivist' },
  { method: 'read', route: '/api/v1/media/exchanges', role: 'archivist' },
  { method: 'all', route: '/api/v1/seeds*', role: 'archivist' },
  { method: 'all', route: '/api/v1/harvests*', role: 'archivist' },
  { method: 'all', route: '/api/v1/webhooks*', role: 'archivist' },

  { method: 'all', route: '/api/v1/keys*', role: 'administrator' },
  { method: 'all', route: '/admin/queues*', role: 'administrator' },

  // The description of the API; Prometheus sends a bearer token.
  { method: 'read', route: '/api/openapi.json', role: 'reader' },
  { method: 'read', route: '/api/docs*', role: 'reader' },
  { method: 'read', route: '/metrics', role: 'reader' },

  { method: 'all', route: '/api*', role: 'administrator' },
  { method: 'all', route: '/admin*', role: 'administrator' },
  // The pages and files of the web app.
  { method: 'read', route: '/*', role: 'reader' },
];

/** @param route as registered: `/api/v1/posts/:id` */
export function ruleFor(method: string, route: string): Rule {
  const isRead = method === 'GET' || method === 'HEAD';
  return RULES.find((rule) => (rule.method === 'all' || isRead) && fits(rule.route, route)) ?? LAST_RESORT;
}

function fits(pattern: string, route: string): boolean {
  return pattern.endsWith('*') ? route.startsWith(pattern.slice(0, -1)) : route === pattern;
}
