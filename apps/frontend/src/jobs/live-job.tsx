import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useContext, useEffect, useRef } from 'react'
import { isFinal } from '@bp/contracts/jobs'
import type { Job } from '@bp/contracts/shapes/jobs'
import { can } from '../api/can.ts'
import { client } from '../api/client.ts'
import { writeJob } from '../api/events.ts'
import { LiveContext, useServerNow } from '../api/live.tsx'
import { readTrouble } from '../api/problems.ts'
import { TroubleNote } from '../api/trouble-note.tsx'
import { t } from '../text/en.ts'
import { formatDuration, formatPercent } from '../text/format.ts'
import { useAnnounce } from '../ui/announcer.tsx'
import { Button } from '../ui/button.tsx'
import { Clock } from '../ui/icon.ts'
import { ProgressBar } from '../ui/progress-bar.tsx'
import { StatusChip } from '../ui/status-chip.tsx'
import { status } from '../ui/status.ts'
import { Stepper } from './stepper.tsx'
import styles from './live-job.module.css'

/** Asks for the end of a run. The state is never guessed: the button waits until the backend says what it is. */
export function useCancel(job: Job) {
  const queries = useQueryClient()
  const { clock } = useContext(LiveContext)
  return useMutation({
    mutationFn: () => client.jobs.cancel({ params: { id: job.id } }),
    onSuccess: answer => {
      writeJob(queries, clock, answer)
    },
  })
}

/** A run under way: state, steps, why it waits, how far it is, and how to stop it. */
export function LiveJob({ job }: { job: Job }) {
  const cancel = useCancel(job)
  const now = useServerNow(1_000)
  useHeard(job)
  const tries = job.attempts.length
  const { progress } = job
  return (
    <div className={styles['live']}>
      <div className={styles['head']}>
        <StatusChip row={status.job[job.status]} />
        <span className={`${styles['time']} figures`}>
          {formatDuration(Math.max(0, now - Date.parse(job.started_at ?? job.created_at)))}
        </span>
        {tries > 1 ? <span className={styles['try']}>{t.phases.attempt(tries)}</span> : null}
        <span className={styles['gap']} />
        {isFinal(job.status) ? null : (
          <Button
            size="small"
            can={can.job.cancel(job)}
            pending={cancel.isPending}
            onPress={() => {
              cancel.mutate()
            }}
          >
            {job.status === 'canceling' ? t.job.canceling : t.job.cancel}
          </Button>
        )}
      </div>
      <ProgressBar
        key={tries}
        value={
          job.status === 'running' && progress
            ? progress.value
            : job.status === 'queued'
              ? 0
              : undefined
        }
        label={t.phases.progress(formatPercent(progress?.value ?? 0))}
      />
      <Waiting job={job} now={now} />
      <Stepper job={job} />
      {cancel.isError ? <TroubleNote trouble={readTrouble(cancel.error)} /> : null}
    </div>
  )
}

/** One line of the same height whatever it says, so that nothing below it moves. */
function Waiting({ job, now }: { job: Job; now: number }) {
  const { waiting, progress, queue } = job
  if (job.status === 'canceling') return <p className={styles['why']}>{t.phases.canceling}</p>
  if (job.status === 'queued')
    return (
      <p className={styles['why']}>
        <Clock aria-hidden />
        <span>
          {waiting?.text ?? t.phases.queuedNow}
          {queue && waiting === null ? ` ${t.phases.ahead(queue.ahead)}` : ''}{' '}
          <span className="figures">
            {t.phases.since(
              formatDuration(Math.max(0, now - Date.parse(waiting?.since ?? job.created_at))),
            )}
          </span>
        </span>
      </p>
    )
  const parts = progress
    ? [
        formatPercent(progress.value),
        ...(progress.nodes_total > 0
          ? [t.phases.node(progress.nodes_done, progress.nodes_total)]
          : []),
        ...(progress.step !== null && progress.steps !== null && progress.steps > 1
          ? [t.phases.step(progress.step, progress.steps)]
          : []),
        ...(progress.message === null ? [] : [progress.message]),
      ]
    : []
  return <p className={`${styles['why']} figures`}>{parts.join(' · ') || waiting?.text || ' '}</p>
}

/** Says states and each quarter to screen readers, once. */
function useHeard(job: Job): void {
  const announce = useAnnounce()
  const quarter = Math.floor((job.progress?.value ?? 0) * 4)
  const told = useRef({ status: job.status, quarter })
  useEffect(() => {
    if (told.current.status !== job.status) announce(t.phases.heard[job.status])
    else if (quarter > told.current.quarter && quarter < 4) announce(t.phases.quarter(quarter * 25))
    told.current = { status: job.status, quarter }
  }, [announce, job.status, quarter])
}
