/** What may be done with a thing, from the tables of contracts. Every action button takes such an answer. */
import { canCancel, canRetry, type JobStatus } from '@bp/contracts/jobs'
import type { Me } from '@bp/contracts/shapes/users'
import { workerTransitions, type WorkerState } from '@bp/contracts/workers'
import { t } from '../text/en.ts'
import type { Permission } from '../ui/permission.ts'

export const can = {
  job: {
    cancel: (job: { status: JobStatus }): Permission => canCancel(job),
    retry: (job: { status: JobStatus }): Permission => canRetry(job),
  },
  worker: {
    drain: (worker: { state: WorkerState }): Permission =>
      workerTransitions[worker.state].includes('draining')
        ? true
        : { reason: t.console.cannotDrain },
  },
  run: (me: Me | undefined): Permission =>
    me && !me.user ? { reason: t.signIn.neededToRun } : true,
  console: (me: Me | undefined): boolean => me?.user?.role === 'admin',
} as const
