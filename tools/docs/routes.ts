import { paths, type Path, type RouteId } from '@bp/contracts/paths'
import { routes, type Auth, type Route } from '@bp/contracts/routes'
import { code, page, table } from './table.ts'

const callers: Readonly<Record<Auth, string>> = {
  open: 'everybody',
  user: 'a person or program',
  admin: 'an admin',
  worker: 'a worker',
  fleet_secret: 'a machine with the fleet secret',
  fleet_signature: 'the fallback, by a signature with the fleet secret',
  control_secret: 'the operator of this machine',
}

/** Every route in the order of the contract, with who may call it and what it may refuse beyond the common codes. */
export function routesPage(): string {
  const rows = Object.entries<Path>(paths).map(([id, path]) => {
    const route = rowOf(id as RouteId)
    return [
      code(id),
      `${path.method} ${code(path.path)}`,
      [callers[route.auth], code(route.scope ?? '')].filter(part => part !== '').join(', '),
      [route.summary, ...notes(path)].join(' '),
      route.errors.map(code).join(', '),
    ]
  })
  return page(
    'Routes',
    'Shapes of bodies and answers stand in [openapi.json](openapi.json), the codes in [errors.md](errors.md).',
    [table(['route', 'call', 'who', 'what it does', 'own refusals'], rows)],
  )
}

const rowOf = (id: RouteId): Route => routes[id]

function notes(path: Path): readonly string[] {
  const found = []
  if (path.idempotency) found.push('Takes an Idempotency-Key.')
  if (path.stream) found.push('Server-sent events.')
  return found
}
