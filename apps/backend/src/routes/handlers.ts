/** Every route with its handler: `routes/<noun>/<verb>.ts`. A row of the table without one does not compile. */
import type { Handlers } from '../http/call.ts'
import { content } from './assets/content.ts'
import { list as listAssets } from './assets/list.ts'
import { show as showAsset } from './assets/show.ts'
import { uploadAbort } from './assets/upload-abort.ts'
import { uploadComplete } from './assets/upload-complete.ts'
import { uploadState } from './assets/upload-state.ts'
import { upload } from './assets/upload.ts'
import { list as listEffects } from './effects/list.ts'
import { show as showEffect } from './effects/show.ts'
import { stream } from './events/stream.ts'
import { create as createFleet } from './fleets/create.ts'
import { drainMachine } from './fleets/drain-machine.ts'
import { list as listFleets } from './fleets/list.ts'
import { machines } from './fleets/machines.ts'
import { show as showFleet } from './fleets/show.ts'
import { cancel } from './jobs/cancel.ts'
import { events } from './jobs/events.ts'
import { listAll } from './jobs/list-all.ts'
import { list as listJobs } from './jobs/list.ts'
import { retry } from './jobs/retry.ts'
import { show as showJob } from './jobs/show.ts'
import { submit } from './jobs/submit.ts'
import { complete } from './leases/complete.ts'
import { fail } from './leases/fail.ts'
import { grant } from './leases/grant.ts'
import { outputs } from './leases/outputs.ts'
import { release } from './leases/release.ts'
import { renew } from './leases/renew.ts'
import { create } from './links/create.ts'
import { redeem } from './links/redeem.ts'
import { show as showQueue } from './queue/show.ts'
import { end } from './sessions/end.ts'
import { show as showSite } from './site/show.ts'
import { live } from './system/live.ts'
import { openapi } from './system/openapi.ts'
import { ready } from './system/ready.ts'
import { up } from './system/up.ts'
import { version as systemVersion } from './system/version.ts'
import { me } from './users/me.ts'
import { deregister } from './workers/deregister.ts'
import { drain } from './workers/drain.ts'
import { drained } from './workers/drained.ts'
import { list as listWorkers } from './workers/list.ts'
import { phase } from './workers/phase.ts'
import { register } from './workers/register.ts'
import { list as listWorkflows } from './workflows/list.ts'
import { show as showWorkflow } from './workflows/show.ts'
import { version as workflowVersion } from './workflows/version.ts'

export const handlers: Handlers = {
  'system.live': live,
  'system.up': up,
  'system.ready': ready,
  'system.version': systemVersion,
  'system.openapi': openapi,
  'site.show': showSite,
  'effects.list': listEffects,
  'effects.show': showEffect,
  'users.me': me,
  'links.redeem': redeem,
  'sessions.end': end,
  'workflows.list': listWorkflows,
  'workflows.show': showWorkflow,
  'workflows.version': workflowVersion,
  'jobs.submit': submit,
  'jobs.list': listJobs,
  'jobs.show': showJob,
  'jobs.cancel': cancel,
  'jobs.retry': retry,
  'jobs.events': events,
  'events.stream': stream,
  'assets.upload': upload,
  'assets.uploadState': uploadState,
  'assets.uploadComplete': uploadComplete,
  'assets.uploadAbort': uploadAbort,
  'assets.list': listAssets,
  'assets.show': showAsset,
  'assets.content': content,
  'queue.show': showQueue,
  'jobs.listAll': listAll,
  'fleets.list': listFleets,
  'fleets.create': createFleet,
  'fleets.show': showFleet,
  'workers.list': listWorkers,
  'workers.drain': drain,
  'links.create': create,
  'workers.register': register,
  'leases.grant': grant,
  'leases.renew': renew,
  'leases.outputs': outputs,
  'leases.complete': complete,
  'leases.fail': fail,
  'leases.release': release,
  'workers.phase': phase,
  'workers.drained': drained,
  'workers.deregister': deregister,
  'fleets.machines': machines,
  'fleets.drainMachine': drainMachine,
}
