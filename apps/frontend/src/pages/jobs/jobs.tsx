import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { jobStatuses, isFinal, type JobStatus } from '@bp/contracts/jobs'
import type { Job } from '@bp/contracts/shapes/jobs'
import { to } from '../../addresses.ts'
import { can } from '../../api/can.ts'
import { useMe, useMediaUrl, usePace, useServerNow } from '../../api/live.tsx'
import { Loaded } from '../../api/loaded.tsx'
import { readTrouble } from '../../api/problems.ts'
import { effects } from '../../api/query-options/effects.ts'
import { activeStatuses, jobs } from '../../api/query-options/jobs.ts'
import { TroubleNote } from '../../api/trouble-note.tsx'
import { useRetry } from '../../forms/job-retry.ts'
import { nameOf, pictureOf, timeWord } from '../../jobs/job-words.ts'
import { useCancel } from '../../jobs/live-job.tsx'
import { Thumb } from '../../media/thumb.tsx'
import { Page } from '../../shell/page.tsx'
import { SignedIn } from '../../shell/sign-in-note.tsx'
import { t } from '../../text/en.ts'
import { shortId } from '../../text/format.ts'
import { Age } from '../../ui/age.tsx'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { ArrowLeft, ArrowRight, CircleX, RotateCcw } from '../../ui/icon.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Segments } from '../../ui/segments.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { StatusChip } from '../../ui/status-chip.tsx'
import { status as statusRows } from '../../ui/status.ts'
import { useToast } from '../../ui/toast.tsx'
import table from '../../table/table.module.css'
import link from '../../ui/link-button.module.css'
import styles from './jobs.module.css'

type Filter = 'all' | 'active' | 'succeeded' | 'failed' | 'stopped'
const statusesOf: Readonly<Record<Filter, readonly JobStatus[] | undefined>> = {
  all: undefined,
  active: activeStatuses,
  succeeded: ['succeeded'],
  failed: ['failed'],
  stopped: ['canceled', 'expired'],
}
const filters: readonly Filter[] = ['all', 'active', 'succeeded', 'failed', 'stopped']

/** First question: what runs, and what became of the rest? */
export default function JobsPage() {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false })
  const navigate = useNavigate()
  const me = useMe()
  const cursor = typeof search['cursor'] === 'string' ? search['cursor'] : undefined
  const wanted = readStatuses(search['status'])
  const filter = filters.find(one => statusesOf[one]?.join() === wanted?.join())
  return (
    <Page
      title={t.jobs.title}
      lead={t.jobs.lead}
      aside={
        me?.user == null ? null : (
          <Segments
            label={t.jobs.filter}
            value={filter}
            options={filters.map(value => ({ value, word: t.jobs[value] }))}
            onChange={next => {
              const words = statusesOf[next]
              void navigate({ to: to.jobs, search: words ? { status: words.join() } : {} })
            }}
          />
        )
      }
    >
      <SignedIn skeleton={<JobsSkeleton />}>
        <List status={wanted} cursor={cursor} />
      </SignedIn>
    </Page>
  )
}

/** `status=failed,expired`; words that are none are dropped. */
function readStatuses(text: unknown): readonly JobStatus[] | undefined {
  if (typeof text !== 'string') return undefined
  const given = text.split(',')
  const known = jobStatuses.filter(status => given.includes(status))
  return known.length > 0 ? known : undefined
}

function List({
  status,
  cursor,
}: {
  status: readonly JobStatus[] | undefined
  cursor: string | undefined
}) {
  const list = useQuery(jobs.list({ status, cursor }, usePace()))
  const now = useServerNow(1_000)
  return (
    <Loaded query={list} skeleton={<JobsSkeleton />}>
      {page => {
        // A run that has changed its state under a filter leaves it.
        const rows = page.data.filter(job => status === undefined || status.includes(job.status))
        if (rows.length === 0 && cursor === undefined) return status ? <NoMatch /> : <NoJobs />
        return (
          <>
            <div className={table['frame']} aria-busy={list.isPlaceholderData}>
              <table className={`${table['table']} ${table['compact']}`}>
                <thead>
                  <tr>
                    <th scope="col">{t.jobs.columns.what}</th>
                    <th scope="col">{t.jobs.columns.status}</th>
                    <th scope="col">{t.jobs.columns.time}</th>
                    <th scope="col" className={table['figure']}>
                      {t.jobs.columns.age}
                    </th>
                    <th scope="col">
                      <span className="visually-hidden">{t.jobs.columns.actions}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map(job => (
                    <Row key={job.id} job={job} now={now} />
                  ))}
                </tbody>
              </table>
            </div>
            {page.has_more || cursor !== undefined ? (
              <nav className={table['pages']} aria-label={t.jobs.pages}>
                {cursor === undefined ? null : (
                  <Link
                    to={to.jobs}
                    search={status ? { status: status.join() } : {}}
                    className={link['link']}
                  >
                    <ArrowLeft aria-hidden />
                    {t.jobs.newest}
                  </Link>
                )}
                {page.next_cursor === null ? null : (
                  <Link
                    to={to.jobs}
                    search={{
                      ...(status ? { status: status.join() } : {}),
                      cursor: page.next_cursor,
                    }}
                    className={link['link']}
                  >
                    {t.jobs.older}
                    <ArrowRight aria-hidden />
                  </Link>
                )}
              </nav>
            ) : null}
          </>
        )
      }}
    </Loaded>
  )
}

const JobsSkeleton = () => <Skeleton className={styles['skeleton']} />

function Row({ job, now }: { job: Job; now: number }) {
  const toast = useToast()
  const navigate = useNavigate()
  const cancel = useCancel(job)
  const retry = useRetry(job, next => {
    toast(t.job.retried, {
      word: t.job.retriedOpen,
      onPress: () => {
        void navigate({ to: to.job(next.id) })
      },
    })
  })
  const error = cancel.error ?? retry.error
  const final = isFinal(job.status)
  return (
    <>
      <tr>
        <td className={table['beside']}>
          <span className={table['main']}>
            <Thumb url={pictureOf(job, 40)} />
            <Link to={to.job(job.id)} className={table['mainLink']}>
              {nameOf(job)}
              <span className={table['mainSub']}>{shortId(job.id)}</span>
            </Link>
          </span>
        </td>
        <td className={table['beside']}>
          <StatusChip row={statusRows.job[job.status]} />
        </td>
        <td className={`${table['shy']} figures ${final ? table['beside'] : ''}`}>
          {final ? (
            timeWord(job, now)
          ) : (
            <span className={styles['moving']}>
              <span>{timeWord(job, now)}</span>
              <ProgressBar value={job.progress?.value ?? 0} label={nameOf(job)} />
            </span>
          )}
        </td>
        <td className={`${table['figure']} ${table['shy']} ${table['beside']}`}>
          <Age atMs={Date.parse(job.created_at)} nowMs={now} />
        </td>
        <td className={table['beside']}>
          <span className={table['actions']}>
            {final ? (
              <Button
                iconOnly
                size="small"
                variant="quiet"
                icon={RotateCcw}
                can={can.job.retry(job)}
                pending={retry.isPending}
                onPress={() => {
                  retry.mutate()
                }}
              >
                {t.job.retry}
              </Button>
            ) : (
              <Button
                iconOnly
                size="small"
                variant="quiet"
                icon={CircleX}
                can={can.job.cancel(job)}
                pending={cancel.isPending}
                onPress={() => {
                  cancel.mutate()
                }}
              >
                {t.job.cancel}
              </Button>
            )}
          </span>
        </td>
      </tr>
      {error ? (
        <tr>
          <td colSpan={5}>
            <TroubleNote trouble={readTrouble(error)} />
          </td>
        </tr>
      ) : null}
    </>
  )
}

function NoJobs() {
  const first = useQuery(effects.list()).data?.data[0]
  const mediaUrl = useMediaUrl()
  return (
    <Empty
      title={t.jobs.emptyTitle}
      text={t.jobs.emptyText}
      picture={
        first?.cover ? (
          <img src={mediaUrl(first.cover.url)} alt={first.cover.alt} className={styles['sample']} />
        ) : undefined
      }
    >
      <Link to={to.effects} className={link['link']} data-variant="primary">
        {t.jobs.emptyAction}
      </Link>
    </Empty>
  )
}

const NoMatch = () => (
  <Empty title={t.jobs.noMatchTitle} text={t.jobs.noMatchText}>
    <Link to={to.jobs} className={link['link']}>
      {t.jobs.showAll}
    </Link>
  </Empty>
)
