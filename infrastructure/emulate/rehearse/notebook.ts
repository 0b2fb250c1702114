import type { Certificates } from './neighbours/certificates.ts'
import type { Engine } from './neighbours/demo-engine.ts'

/** What one step finds out and a later one needs. */
interface Facts {
  readonly certificates: Certificates
  /** Where the database really listens. */
  readonly databasePort: number
  readonly cachePort: number
  readonly engine: Engine
  /** How people and workers reach bp: the load balancer's own name. */
  readonly apiUrl: string
  /** Of the signed-in owner. */
  readonly cookie: string
  readonly fleetSecret: string
  readonly job: string
  readonly instance: string
}

export interface Notebook {
  write<Name extends keyof Facts>(name: Name, fact: Facts[Name]): void
  /** Throws when no step has written it. */
  read<Name extends keyof Facts>(name: Name): Facts[Name]
}

/** An empty notebook. */
export function createNotebook(): Notebook {
  const facts: Partial<Facts> = {}
  return {
    write: (name, fact) => {
      facts[name] = fact
    },
    read: name => {
      const fact = facts[name]
      if (fact === undefined) throw new Error(`no step has found the ${name} yet`)
      return fact
    },
  }
}
