import { problem } from '@bp/contracts/errors'
import { parseId } from '@bp/contracts/ids'
import { askCancel } from '@bp/store/jobs/ask-cancel'
import { resolveCancel } from '@bp/store/jobs/resolve-cancel'
import type { Handler } from '../../http/call.ts'
import { readJob } from './read-job.ts'

/** The wish first, by itself: whatever happens then, the sweep acts on it. Canceling twice is no error. */
export const cancel: Handler<'jobs.cancel'> = async ({ params, caller }, context) => {
  const { store, hints } = context
  const id = parseId('job', params.id)
  if (id === undefined) throw problem('not_found', { noun: 'job' })
  const asked = await store.write(writer =>
    askCancel(writer, { jobId: id, owner: caller.id, by: caller.id }),
  )
  if (asked === undefined) throw problem('not_found', { noun: 'job' })
  hints.changed(await store.write(writer => resolveCancel(writer, [id])))
  hints.started([{ jobId: id, userId: caller.id }])
  const job = await readJob({ id, owner: caller.id }, context)
  if (job === undefined) throw problem('not_found', { noun: 'job' })
  return { body: job }
}
