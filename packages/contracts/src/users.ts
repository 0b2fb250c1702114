/** A user is a person, or an API key of a person; roles member and admin. */
import { closedList } from './closed-list.ts'

export const userRoles = closedList('user role', { member: 1, admin: 2 })
export type UserRole = (typeof userRoles.words)[number]

export const linkKinds = closedList('link kind', { owner: 1, invite: 2, reset: 3 })
export type LinkKind = (typeof linkKinds.words)[number]

/** What a caller may do. A session has its role's scopes; an anonymous local program has `localScopes`. */
export const scopes = [
  'jobs:read',
  'jobs:write',
  'assets:read',
  'assets:write',
  'workflows:read',
  'graphs:run',
  'admin:read',
  'admin:write',
] as const
export type Scope = (typeof scopes)[number]
export const memberScopes: readonly Scope[] = [
  'jobs:read',
  'jobs:write',
  'assets:read',
  'assets:write',
  'workflows:read',
]
export const adminScopes: readonly Scope[] = [...scopes]
/** Programs on the owner's own machine, without a key: their files and jobs, never the console's rights. */
export const localScopes: readonly Scope[] = [...memberScopes, 'graphs:run']

export const auditOutcomes = closedList('audit outcome', { done: 0, refused: 1 })
export type AuditOutcome = (typeof auditOutcomes.words)[number]
