import type { Job } from '@bp/contracts/shapes/jobs'
import type { Result } from '../verb.ts'
import { resumeCommand } from './follow-job.ts'

/** The result of `--no-wait`: the job as it is now. */
export const startedJob = (job: Job): Result => ({
  data: { job, files: [] },
  view: { kind: 'lines', lines: [job.id] },
  next: resumeCommand(job.id),
})
