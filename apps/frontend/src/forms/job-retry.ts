import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useContext, useState } from 'react'
/** Runs an ended job again with the same input. */
import type { Job } from '@bp/contracts/shapes/jobs'
import { client } from '../api/client.ts'
import { writeJob } from '../api/events.ts'
import { newIdempotencyKey } from '../api/idempotency.ts'
import { LiveContext } from '../api/live.tsx'

/** One key a press that was accepted: a double press, or a lost answer pressed again, makes one run. */
export function useRetry(job: Pick<Job, 'id'>, onDone: (job: Job) => void) {
  const queries = useQueryClient()
  const { clock } = useContext(LiveContext)
  const [key, setKey] = useState(newIdempotencyKey)
  return useMutation({
    mutationFn: () => client.jobs.retry({ params: { id: job.id }, body: {}, idempotencyKey: key }),
    onSuccess: next => {
      setKey(newIdempotencyKey())
      writeJob(queries, clock, next)
      onDone(next)
    },
  })
}
