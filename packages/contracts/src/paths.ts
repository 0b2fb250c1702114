/**
 * Every route: id → method and path. Plain data, free of schemas, so that the browser can carry it.
 * Nothing else may spell a path. `routes.ts` lays shapes, rights and limits over it.
 */
export interface Path {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  /** `job`: an Idempotency-Key makes a repeat answer with the same job, so clients may repeat it. */
  readonly idempotency?: 'job'
  /** The answer is a stream of server-sent events. */
  readonly stream?: true
}

export const paths = {
  // Open: no credential.
  'system.live': { method: 'GET', path: '/api/live' },
  'system.up': { method: 'GET', path: '/api/up' },
  'system.ready': { method: 'GET', path: '/api/ready' },
  'system.version': { method: 'GET', path: '/api/version' },
  'system.openapi': { method: 'GET', path: '/api/openapi.json' },
  'site.show': { method: 'GET', path: '/api/v1/site' },
  'effects.list': { method: 'GET', path: '/api/v1/effects' },
  'effects.show': { method: 'GET', path: '/api/v1/effects/:slug' },
  'users.me': { method: 'GET', path: '/api/v1/me' },
  'links.redeem': { method: 'POST', path: '/api/v1/auth/link/redeem' },
  'sessions.end': { method: 'POST', path: '/api/v1/auth/sign-out' },

  // People and programs.
  'workflows.list': { method: 'GET', path: '/api/v1/workflows' },
  'workflows.show': { method: 'GET', path: '/api/v1/workflows/:slug' },
  'workflows.version': { method: 'GET', path: '/api/v1/workflows/:slug/versions/:n' },
  'jobs.submit': { method: 'POST', path: '/api/v1/jobs', idempotency: 'job' },
  'jobs.list': { method: 'GET', path: '/api/v1/jobs' },
  'jobs.show': { method: 'GET', path: '/api/v1/jobs/:id' },
  'jobs.cancel': { method: 'POST', path: '/api/v1/jobs/:id/cancel' },
  'jobs.retry': { method: 'POST', path: '/api/v1/jobs/:id/retry', idempotency: 'job' },
  'jobs.events': { method: 'GET', path: '/api/v1/jobs/:id/events', stream: true },
  'events.stream': { method: 'GET', path: '/api/v1/events', stream: true },
  'assets.upload': { method: 'POST', path: '/api/v1/uploads' },
  'assets.uploadState': { method: 'GET', path: '/api/v1/uploads/:id' },
  'assets.uploadComplete': { method: 'POST', path: '/api/v1/uploads/:id/complete' },
  'assets.uploadAbort': { method: 'DELETE', path: '/api/v1/uploads/:id' },
  'assets.list': { method: 'GET', path: '/api/v1/assets' },
  'assets.show': { method: 'GET', path: '/api/v1/assets/:id' },
  'assets.content': { method: 'GET', path: '/api/v1/assets/:id/content' },

  // The console.
  'queue.show': { method: 'GET', path: '/api/v1/admin/queue' },
  'jobs.listAll': { method: 'GET', path: '/api/v1/admin/jobs' },
  'fleets.list': { method: 'GET', path: '/api/v1/admin/fleets' },
  'fleets.create': { method: 'POST', path: '/api/v1/admin/fleets' },
  'fleets.show': { method: 'GET', path: '/api/v1/admin/fleets/:stage/:slug' },
  'workers.list': { method: 'GET', path: '/api/v1/admin/workers' },
  'workers.drain': { method: 'POST', path: '/api/v1/admin/workers/:id/drain' },

  // The machine's own operator, by the control secret of run.json.
  'links.create': { method: 'POST', path: '/api/local/links' },

  // The worker plane.
  'workers.register': { method: 'POST', path: '/api/worker/v1/register' },
  'leases.grant': { method: 'POST', path: '/api/worker/v1/lease' },
  'leases.renew': { method: 'POST', path: '/api/worker/v1/beat' },
  'leases.outputs': { method: 'POST', path: '/api/worker/v1/outputs' },
  'leases.complete': { method: 'POST', path: '/api/worker/v1/complete' },
  'leases.fail': { method: 'POST', path: '/api/worker/v1/fail' },
  'leases.release': { method: 'POST', path: '/api/worker/v1/release' },
  'workers.phase': { method: 'POST', path: '/api/worker/v1/phase' },
  'workers.drained': { method: 'POST', path: '/api/worker/v1/drained' },
  'workers.deregister': { method: 'POST', path: '/api/worker/v1/deregister' },

  // The fallback that ends machines when the scaler does not, by a signature with the stage's fleet secret.
  'fleets.machines': { method: 'GET', path: '/api/internal/fleets/:stage/:slug' },
  'fleets.drainMachine': { method: 'POST', path: '/api/internal/fleets/:stage/:slug/drain' },
} as const satisfies Record<string, Path>

export type RouteId = keyof typeof paths
