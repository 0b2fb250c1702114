/** Everything that handlers and loops of one backend share. Opened once, disposed by whoever opened it. */
import type { UserId } from '@bp/contracts/ids'
import type { Store } from '@bp/store/store'
import type { BackendConfig } from './config/config.ts'
import type { BackendSecrets } from './config/secrets.ts'
import type { Counters } from './dispatch/counters.ts'
import type { Dispatcher } from './dispatch/dispatcher.ts'
import type { Hints } from './dispatch/hints.ts'
import type { LiveWorkers } from './dispatch/live-workers.ts'
import type { UsualRuns } from './effects/usual-runs.ts'
import type { FleetFacts } from './fleet/fleet-facts.ts'
import type { FleetPointers } from './fleet/pointers/fleet-pointers.ts'
import type { Health } from './health.ts'
import type { Gate } from './http/admit.ts'
import type { Streams } from './http/streams.ts'
import type { Log } from './log.ts'
import type { Media } from './media/media.ts'
import type { ObjectStore } from './objects/object-store.ts'
import type { SchemaCheck } from './schema-check.ts'

export interface Context {
  readonly config: BackendConfig
  readonly secrets: BackendSecrets
  readonly store: Store
  readonly schema: SchemaCheck
  readonly objects: ObjectStore
  readonly media: Media
  readonly hints: Hints
  readonly dispatcher: Dispatcher
  readonly liveWorkers: LiveWorkers
  readonly fleetFacts: FleetFacts
  /** Where fleets' stacks read what is asked of them. */
  readonly pointers: FleetPointers
  readonly usualRuns: UsualRuns
  readonly counters: Counters
  readonly health: Health
  readonly gate: Gate
  readonly streams: Streams
  readonly log: Log
  /** Aborted when the process begins to end: whatever waits answers with what there is. */
  readonly closing: AbortSignal
  /** The one person of a machine of one's own, for whom `links.create` makes links. */
  readonly ownerId: UserId
}
