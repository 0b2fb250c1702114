import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Fleet, QueueView } from '@bp/contracts/shapes/fleets'
import type { Worker } from '@bp/contracts/shapes/workers'
import { to } from '../../addresses.ts'
import { useServerNow } from '../../api/live.tsx'
import { Loaded } from '../../api/loaded.tsx'
import { readTrouble } from '../../api/problems.ts'
import { queue, workers } from '../../api/query-options/console.ts'
import { TroubleNote } from '../../api/trouble-note.tsx'
import { Page } from '../../shell/page.tsx'
import { SignedIn } from '../../shell/sign-in-note.tsx'
import { t } from '../../text/en.ts'
import { formatDuration, formatNumber, formatPercent, shortId } from '../../text/format.ts'
import { Age } from '../../ui/age.tsx'
import { Plus } from '../../ui/icon.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Figure, Figures, FigureSkeletons } from '../figures.tsx'
import { fleetKey } from '../fleets/single-machine.ts'
import { Listing } from '../listing.tsx'
import { WorkersTable } from '../workers-table.tsx'
import table from '../../table/table.module.css'
import link from '../../ui/link-button.module.css'
import styles from './console.module.css'

/** First question: who waits, who runs, and why? */
export default function ConsolePage() {
  return (
    <Page title={t.console.title} lead={t.console.lead}>
      <SignedIn admin skeleton={<ConsoleSkeleton />}>
        <Console />
      </SignedIn>
    </Page>
  )
}

function Console() {
  const view = useQuery(queue.show())
  const list = useQuery(workers.list())
  const now = useServerNow(1_000)
  // All at once: a part that comes later would push down what somebody reads already.
  if (view.isLoading || list.isLoading)
    if (view.errorUpdateCount + list.errorUpdateCount === 0) return <ConsoleSkeleton />
  return (
    <>
      <Loaded query={view} skeleton={<ConsoleSkeleton />}>
        {found => (
          <>
            {view.isError ? <TroubleNote trouble={readTrouble(view.error)} /> : null}
            <Numbers view={found} workers={list.data?.data} now={now} />
            <Waiting view={found} now={now} />
            <Running view={found} now={now} />
          </>
        )}
      </Loaded>
      <Loaded query={list} skeleton={<Skeleton className={styles['skeleton']} />}>
        {page => <WorkersTable workers={page.data} now={now} />}
      </Loaded>
      {view.data ? <Fleets fleets={view.data.fleets} now={now} /> : null}
    </>
  )
}

/** Four figures and two tables: what stands on top of the page. */
const ConsoleSkeleton = () => (
  <>
    <FigureSkeletons />
    <Skeleton className={styles['skeleton']} />
    <Skeleton className={styles['skeleton']} />
  </>
)

function Numbers({
  view,
  workers: all,
  now,
}: {
  view: QueueView
  workers: readonly Worker[] | undefined
  now: number
}) {
  const oldest = view.waiting.reduce<number | undefined>((at, row) => {
    const since = Date.parse(row.since)
    return at === undefined || since < at ? since : at
  }, undefined)
  const alive = (all ?? []).filter(worker => worker.state !== 'ended')
  const busy = alive.filter(worker => worker.busy > 0).length
  const hour = view.finished_hour
  const ended = hour.succeeded + hour.failed + hour.canceled + hour.expired
  return (
    <Figures>
      <Figure
        word={t.console.oldest}
        note={
          view.waiting.length === 0
            ? t.console.nothingWaits
            : `${formatNumber(view.waiting.length)} ${t.console.waiting.toLowerCase()}`
        }
      >
        {oldest === undefined ? '0 s' : formatDuration(Math.max(0, now - oldest))}
      </Figure>
      <Figure
        word={t.console.running}
        note={view.running.length === 0 ? t.console.nothingRuns : ''}
      >
        {formatNumber(view.running.length)}
      </Figure>
      <Figure word={t.console.workers} note={t.console.busyOf(busy, alive.length)}>
        {formatNumber(alive.length)}
      </Figure>
      <Figure word={t.console.hour} note={t.console.hourDone(ended)}>
        {formatNumber(hour.failed)}
      </Figure>
    </Figures>
  )
}

const JobLink = ({ id, effect }: { id: string; effect: string | null }) => (
  <Link to={to.job(id)} className={table['mainLink']}>
    {effect ?? t.console.anyRun}
    <span className={table['mainSub']}>{shortId(id)}</span>
  </Link>
)

function Waiting({ view, now }: { view: QueueView; now: number }) {
  const c = t.console
  return (
    <Listing
      title={c.waiting}
      none={c.nothingWaits}
      columns={[
        { word: c.run },
        { word: c.why },
        { word: c.place, figure: true },
        { word: c.since, figure: true },
      ]}
      rows={view.waiting.map(row => (
        <tr key={row.job}>
          <td>
            <JobLink id={row.job} effect={row.effect} />
          </td>
          <td data-label={c.why}>{row.why.text}</td>
          <td data-label={c.place} className={table['figure']}>
            {formatNumber(row.place)}
          </td>
          <td data-label={c.since} className={table['figure']}>
            {formatDuration(Math.max(0, now - Date.parse(row.since)))}
          </td>
        </tr>
      ))}
    />
  )
}

function Running({ view, now }: { view: QueueView; now: number }) {
  const c = t.console
  return (
    <Listing
      title={c.running}
      none={c.nothingRuns}
      columns={[
        { word: c.run },
        { word: c.worker },
        { word: c.phase },
        { word: c.progress },
        { word: c.since, figure: true },
      ]}
      rows={view.running.map(row => (
        <tr key={row.job}>
          <td>
            <JobLink id={row.job} effect={row.effect} />
          </td>
          <td data-label={c.worker}>{row.worker === '' ? t.app.none : row.worker}</td>
          <td data-label={c.phase}>{c.phases[row.phase ?? ''] ?? row.phase ?? t.phases.running}</td>
          <td data-label={c.progress}>
            <span className={styles['progress']}>
              <ProgressBar value={row.progress} label={c.progress} />
              <span className="figures">{formatPercent(row.progress)}</span>
            </span>
          </td>
          <td data-label={c.since} className={table['figure']}>
            {formatDuration(Math.max(0, now - Date.parse(row.started_at)))}
          </td>
        </tr>
      ))}
    />
  )
}

function Fleets({ fleets, now }: { fleets: readonly Fleet[]; now: number }) {
  const c = t.console
  return (
    <Listing
      title={c.fleets}
      none={t.app.none}
      action={
        <Link to={to.newFleet} className={link['link']} data-size="small">
          <Plus aria-hidden />
          {t.newFleet.title}
        </Link>
      }
      columns={[{ word: c.fleet }, { word: c.backlog }, { word: c.supply }, { word: c.decision }]}
      rows={fleets.map(fleet => (
        <tr key={fleetKey(fleet)}>
          <td>
            <Link to={to.fleet(fleet.stage, fleet.slug)} className={table['mainLink']}>
              {fleet.name}
              <span className={table['mainSub']}>{fleetKey(fleet)}</span>
            </Link>
          </td>
          <td data-label={c.backlog} className="figures">
            {c.backlogWords(
              fleet.backlog.ready,
              fleet.backlog.leased,
              fleet.backlog.delayed,
              fleet.backlog.held,
            )}
          </td>
          <td data-label={c.supply} className="figures">
            <span>
              {c.supplyWords(
                fleet.supply.booting,
                fleet.supply.ready,
                fleet.supply.busy,
                fleet.supply.draining,
              )}
              <span className={table['mainSub']}>{c.max(fleet.max_workers)}</span>
            </span>
          </td>
          <td data-label={c.decision}>
            {fleet.last_decision === null ? (
              <span className={table['shy']}>{c.noDecision}</span>
            ) : (
              <span>
                {fleet.last_decision.text}
                <span className={table['mainSub']}>
                  <Age atMs={Date.parse(fleet.last_decision.at)} nowMs={now} />
                </span>
              </span>
            )}
          </td>
        </tr>
      ))}
    />
  )
}
