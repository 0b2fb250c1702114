import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { isFinal } from '@bp/contracts/jobs'
import type { Job } from '@bp/contracts/shapes/jobs'
import { to } from '../../addresses.ts'
import { client } from '../../api/client.ts'
import { usePace, useServerNow } from '../../api/live.tsx'
import { Loaded } from '../../api/loaded.tsx'
import { fieldOfPointer, readTrouble } from '../../api/problems.ts'
import { effects } from '../../api/query-options/effects.ts'
import { jobs } from '../../api/query-options/jobs.ts'
import { TroubleNote } from '../../api/trouble-note.tsx'
import { useRetry } from '../../forms/job-retry.ts'
import { readInputSchema } from '../../forms/read-input-schema.ts'
import { titleOf } from '../../inputs/renderer.tsx'
import { FailedNote } from '../../jobs/failed-note.tsx'
import { nameOf } from '../../jobs/job-words.ts'
import { LiveJob } from '../../jobs/live-job.tsx'
import { Outputs } from '../../jobs/outputs.tsx'
import { Stepper } from '../../jobs/stepper.tsx'
import { addressFor, Thumb } from '../../media/thumb.tsx'
import { BackLink } from '../../shell/back-link.tsx'
import { Page } from '../../shell/page.tsx'
import { SignedIn } from '../../shell/sign-in-note.tsx'
import { t } from '../../text/en.ts'
import { formatDuration, formatNumber, formatPercent, shortId } from '../../text/format.ts'
import { Age } from '../../ui/age.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { PenLine, RotateCcw } from '../../ui/icon.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { StatusChip } from '../../ui/status-chip.tsx'
import { status } from '../../ui/status.ts'
import table from '../../table/table.module.css'
import link from '../../ui/link-button.module.css'
import styles from './job.module.css'

/** First question: where is it, what happens now, can I stop or retry it? */
export default function JobPage() {
  const { id = '' }: { id?: string } = useParams({ strict: false })
  const job = useQuery(jobs.show(id, usePace()))
  const found = job.data
  const progress =
    found && !isFinal(found.status) && found.progress
      ? formatPercent(found.progress.value)
      : undefined
  return (
    <Page
      title={found ? nameOf(found) : t.job.title}
      heading={
        found ? (
          <span className={styles['heading']}>
            {nameOf(found)} <StatusChip row={status.job[found.status]} />
          </span>
        ) : (
          t.job.title
        )
      }
      progress={progress}
      above={<BackLink to={to.jobs}>{t.job.back}</BackLink>}
      aside={found ? <Actions job={found} /> : null}
    >
      <SignedIn skeleton={<JobSkeleton />}>
        <Loaded query={job} skeleton={<JobSkeleton />}>
          {shown => <Body job={shown} />}
        </Loaded>
      </SignedIn>
    </Page>
  )
}

const JobSkeleton = () => (
  <div className={styles['body']}>
    <Skeleton className={styles['skeleton']} />
    <Skeleton className={styles['skeleton']} />
  </div>
)

function Actions({ job }: { job: Job }) {
  return (
    <>
      <CopyButton
        text={`${location.origin}${to.job(job.id)}`}
        label={t.app.copyLink}
        done={t.app.copied}
        size="normal"
      />
      {job.effect && job.status === 'succeeded' ? (
        <Link
          to={to.effect(job.effect.slug)}
          search={{ from: job.id }}
          className={link['link']}
          data-variant="primary"
        >
          <PenLine aria-hidden />
          {t.job.editRun}
        </Link>
      ) : null}
    </>
  )
}

/** The one next step after a run without a result: fix what is to blame, or run it again. */
function NextStep({ job }: { job: Job }) {
  const navigate = useNavigate()
  const retry = useRetry(job, next => {
    void navigate({ to: to.job(next.id) })
  })
  const { error, effect } = job
  if (effect && error?.who === 'you' && (error.pointer !== null || !error.retryable))
    return (
      <Link
        to={to.effect(effect.slug)}
        search={{ from: job.id }}
        className={link['link']}
        data-variant="primary"
      >
        <PenLine aria-hidden />
        {t.job.fixInput}
      </Link>
    )
  if (error && !error.retryable)
    return (
      <CopyButton
        text={`${error.code} ${job.id}: ${error.message}`}
        label={t.job.copyReport}
        done={t.app.copied}
        size="normal"
      />
    )
  return (
    <>
      <Button
        variant="primary"
        icon={RotateCcw}
        pending={retry.isPending}
        onPress={() => {
          retry.mutate()
        }}
      >
        {t.job.retry}
      </Button>
      {retry.isError ? <TroubleNote trouble={readTrouble(retry.error)} /> : null}
    </>
  )
}

function Body({ job }: { job: Job }) {
  const now = useServerNow(5_000)
  return (
    <div className={styles['body']}>
      <div className={styles['left']}>
        {isFinal(job.status) ? null : (
          <section className={styles['panel']}>
            <LiveJob job={job} />
          </section>
        )}
        {isFinal(job.status) && job.status !== 'succeeded' ? (
          <FailedNote job={job} nowMs={now}>
            <NextStep job={job} />
          </FailedNote>
        ) : null}
        {job.outputs.length > 0 || job.status === 'succeeded' ? (
          <section className={styles['panel']} aria-label={t.job.outputs}>
            <Outputs job={job} refresh={id => client.assets.show({ params: { id } })} />
          </section>
        ) : isFinal(job.status) ? null : (
          <section className={styles['panel']} aria-label={t.job.outputs}>
            <Coming job={job} />
          </section>
        )}
        {isFinal(job.status) ? (
          <section className={styles['panel']}>
            <Stepper job={job} />
          </section>
        ) : null}
        <Attempts job={job} now={now} />
      </div>
      <div className={styles['right']}>
        <Inputs job={job} />
        <TimingsBar job={job} />
        <Facts job={job} now={now} />
      </div>
    </div>
  )
}

function Coming({ job }: { job: Job }) {
  const input = job.input_assets.find(asset => asset.kind === 'image')
  return (
    <div className={styles['coming']}>
      {input ? <img src={addressFor(input, 640)} alt="" /> : null}
      <p>{t.job.outputsLater}</p>
    </div>
  )
}

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className={styles['panel']}>
    <h2 className={styles['h2']}>{title}</h2>
    {children}
  </section>
)

/** The values of the input under the titles that the form uses, files as pictures. */
function Inputs({ job }: { job: Job }) {
  const effect = useQuery({
    ...effects.show(job.effect?.slug ?? ''),
    enabled: job.effect !== null,
  }).data
  const schema = effect && readInputSchema(effect)
  const rows = Object.entries(job.input)
  const blamed = job.error?.pointer == null ? undefined : fieldOfPointer(job.error.pointer)
  if (rows.length === 0)
    return (
      <Section title={t.job.inputs}>
        <p className={styles['shy']}>{t.job.noInputs}</p>
      </Section>
    )
  return (
    <Section title={t.job.inputs}>
      <dl className={styles['facts']}>
        {rows.map(([name, value]) => {
          const field = schema?.properties[name]
          const asset = job.input_assets.find(one => one.id === value)
          const place = (field?.enum ?? []).findIndex(allowed => allowed === value)
          return (
            <div key={name} className={styles['fact']} data-blamed={name === blamed || undefined}>
              <dt>{field ? titleOf(field, name) : name}</dt>
              <dd className="figures">
                {asset ? (
                  <Link to={to.result(asset.id)} className={styles['file']}>
                    <Thumb url={addressFor(asset, 40)} />
                    <span>{asset.name}</span>
                  </Link>
                ) : (
                  <>
                    {field?.['x-bp'].labels?.[place] ?? valueWord(value)}
                    {field?.['x-bp'].unit === undefined ? '' : ` ${field['x-bp'].unit}`}
                  </>
                )}
              </dd>
            </div>
          )
        })}
      </dl>
      {job.error && blamed !== undefined ? (
        <p className={styles['blame']}>
          {job.error.received === undefined ? '' : t.job.received(valueWord(job.error.received))}
          {job.error.allowed === undefined
            ? ''
            : `, ${t.job.allowed(valueWord(job.error.allowed))}`}
        </p>
      ) : null}
    </Section>
  )
}

function valueWord(value: unknown): string {
  if (typeof value === 'boolean') return value ? t.job.values.true : t.job.values.false
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(valueWord).join(', ')
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([name, part]) => `${name} ${valueWord(part)}`)
      .join(', ')
  return t.app.none
}

/** One bar of the parts of a run's time, in their order, with a list that says the same. */
function TimingsBar({ job }: { job: Job }) {
  const names = t.job.timingNames
  const parts = (['queued_ms', 'boot_ms', 'load_ms', 'run_ms', 'upload_ms'] as const).flatMap(
    key => {
      const ms = job.timings[key]
      return ms === null || ms <= 0 ? [] : [{ key, word: names[key], ms }]
    },
  )
  const total = parts.reduce((sum, part) => sum + part.ms, 0)
  if (total === 0 && isFinal(job.status)) return null
  return (
    <Section title={t.job.timings}>
      {total === 0 ? (
        <p className={styles['shy']}>{t.job.timingsNone}</p>
      ) : (
        <>
          <div className={styles['time']} aria-hidden>
            {parts.map(part => (
              <span
                key={part.key}
                className={styles['part']}
                data-part={part.key}
                ref={element => {
                  element?.style.setProperty('flex-grow', String(Math.max(part.ms / total, 0.01)))
                }}
              />
            ))}
          </div>
          <dl className={styles['facts']}>
            {parts.map(part => (
              <div key={part.key} className={styles['fact']}>
                <dt>
                  <span className={styles['dot']} data-part={part.key} aria-hidden />
                  {part.word}
                </dt>
                <dd className="figures">{formatDuration(part.ms)}</dd>
              </div>
            ))}
            <div className={styles['fact']}>
              <dt>{t.job.total}</dt>
              <dd className="figures">{formatDuration(total)}</dd>
            </div>
          </dl>
        </>
      )}
    </Section>
  )
}

function Attempts({ job, now }: { job: Job; now: number }) {
  const head = t.job
  return (
    <section className={table['frame']} aria-label={head.attempts}>
      <h2 className={styles['tableTitle']}>{head.attempts}</h2>
      {job.attempts.length === 0 ? (
        <p className={table['none']}>{head.attemptsNone}</p>
      ) : (
        <table className={table['table']}>
          <thead>
            <tr>
              <th scope="col">{head.attempt}</th>
              <th scope="col">{head.worker}</th>
              <th scope="col">{head.outcome}</th>
              <th scope="col" className={table['figure']}>
                {head.took}
              </th>
              <th scope="col" className={table['figure']}>
                {head.started}
              </th>
            </tr>
          </thead>
          <tbody>
            {job.attempts.map(attempt => {
              const started = Date.parse(attempt.started_at)
              const ended = attempt.ended_at === null ? now : Date.parse(attempt.ended_at)
              return (
                <tr key={attempt.epoch}>
                  <td data-label={head.attempt}>{formatNumber(attempt.n)}</td>
                  <td data-label={head.worker}>
                    <span>
                      {attempt.worker ?? t.app.none}
                      {attempt.market === null ? null : (
                        <span className={table['mainSub']}>{head.markets[attempt.market]}</span>
                      )}
                    </span>
                  </td>
                  <td data-label={head.outcome}>
                    <span>
                      <StatusChip row={status.attempt[attempt.outcome]} />
                      {attempt.reason === null && !isOurs(attempt) ? null : (
                        <span className={table['mainSub']}>
                          {[
                            ...(attempt.reason === null
                              ? []
                              : [attempt.reason.replaceAll('_', ' ')]),
                            ...(isOurs(attempt) ? [head.notCounted] : []),
                          ].join(', ')}
                        </span>
                      )}
                    </span>
                  </td>
                  <td data-label={head.took} className={table['figure']}>
                    {formatDuration(Math.max(0, ended - started))}
                  </td>
                  <td data-label={head.started} className={`${table['figure']} ${table['shy']}`}>
                    <Age atMs={started} nowMs={now} />
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
    </section>
  )
}

/** Ended by our machines, not by the run: nothing that counts against it. */
const isOurs = (attempt: Job['attempts'][number]): boolean =>
  !attempt.counted && ['infrastructure', 'lost', 'released'].includes(attempt.outcome)

function Facts({ job, now }: { job: Job; now: number }) {
  return (
    <Section title={t.job.facts}>
      <dl className={styles['facts']}>
        <div className={styles['fact']}>
          <dt>{t.job.created}</dt>
          <dd>
            <Age atMs={Date.parse(job.created_at)} nowMs={now} />
          </dd>
        </div>
        {job.finished_at === null ? null : (
          <div className={styles['fact']}>
            <dt>{t.job.ended}</dt>
            <dd>
              <Age atMs={Date.parse(job.finished_at)} nowMs={now} />
            </dd>
          </div>
        )}
        {job.workflow ? (
          <div className={styles['fact']}>
            <dt>{t.job.workflow}</dt>
            <dd>{t.job.version(job.workflow.slug, job.workflow.version)}</dd>
          </div>
        ) : null}
        {job.retried_from === null ? null : (
          <div className={styles['fact']}>
            <dt>{t.job.retriedFrom}</dt>
            <dd>
              <Link to={to.job(job.retried_from)} className={styles['inline']}>
                {shortId(job.retried_from)}
              </Link>
            </dd>
          </div>
        )}
        <div className={styles['fact']}>
          <dt>{t.job.id}</dt>
          <dd className={styles['id']}>
            <code>{shortId(job.id)}</code>
            <CopyButton text={job.id} label={t.app.copy} done={t.app.copied} iconOnly />
          </dd>
        </div>
      </dl>
    </Section>
  )
}
