import type { Directive } from '@bp/contracts/leases'
import type { WorkerState } from '@bp/contracts/workers'

/** What a worker is told beside its leases, by the state of its row. */
export function directivesFor(state: WorkerState): readonly Directive[] {
  switch (state) {
    case 'registered':
    case 'ready':
      return []
    case 'draining':
      return ['drain']
    case 'drained':
    case 'ended':
      return ['stop']
  }
}
