import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { isFinal } from '@bp/contracts/jobs'
import type { Effect } from '@bp/contracts/shapes/effects'
import type { Job } from '@bp/contracts/shapes/jobs'
import { to } from '../../addresses.ts'
import { client } from '../../api/client.ts'
import { usePace } from '../../api/live.tsx'
import { Loaded } from '../../api/loaded.tsx'
import { fieldOfPointer } from '../../api/problems.ts'
import { effects } from '../../api/query-options/effects.ts'
import { jobs } from '../../api/query-options/jobs.ts'
import { carryValues } from '../../forms/carry-values.ts'
import { JobSubmit } from '../../forms/job-submit.tsx'
import { readInputSchema } from '../../forms/read-input-schema.ts'
import { useRunState } from '../../forms/run-state.ts'
import { BackLink } from '../../shell/back-link.tsx'
import { useCarried, type CarriedPicture } from '../../shell/carried.tsx'
import { Page } from '../../shell/page.tsx'
import { t } from '../../text/en.ts'
import { formatPercent } from '../../text/format.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { EffectResult } from './effect-result.tsx'
import styles from './effect.module.css'

/** First question: what do I put in, and when is it done? */
export default function EffectPage() {
  const { slug = '' }: { slug?: string } = useParams({ strict: false })
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false })
  const given = typeof search['from'] === 'string' ? search['from'] : undefined
  const from = useStart(slug, given)
  const fromJob = from?.startsWith('job_') === true ? from : undefined
  const effect = useQuery(effects.show(slug))
  const pace = usePace()
  const source = useQuery({
    ...jobs.show(fromJob ?? '', pace),
    ...(fromJob === undefined ? { queryFn: skipToken, enabled: false } : {}),
  })
  // The form starts with the values of the earlier run, so it waits for them; a run that is gone is no reason to wait.
  const waitsForSource = fromJob !== undefined && source.isPending
  // Who comes from the list sees name and description at once.
  const listed = useQueryClient()
    .getQueryData(effects.list().queryKey)
    ?.data.find(one => one.slug === slug)
  const skeleton = (
    <Page
      title={listed?.name ?? t.explore.title}
      heading={listed?.name ?? <HeadingSkeleton />}
      lead={listed?.description ?? <Skeleton className={styles['leadSkeleton']} />}
      above={<BackToEffects />}
      takesFocus={false}
    >
      <div className={styles['columns']}>
        <Skeleton className={styles['formSkeleton']} />
        <Skeleton className={styles['resultSkeleton']} />
      </div>
    </Page>
  )
  if (effect.isError && effect.data === undefined)
    return (
      <Page title={t.explore.title} above={<BackToEffects />}>
        <Loaded query={effect} skeleton={null}>
          {() => null}
        </Loaded>
      </Page>
    )
  if (effect.data === undefined || waitsForSource) return skeleton
  return (
    <EffectBody
      key={`${slug} ${from ?? ''}`}
      effect={effect.data}
      source={source.data}
      sample={from === 'sample'}
    />
  )
}

const BackToEffects = () => <BackLink to={to.effects}>{t.nav.effects}</BackLink>

/** A box where the name will stand; the word is for those who cannot see boxes. */
const HeadingSkeleton = () => (
  <>
    <span className="visually-hidden">{t.explore.title}</span>
    <Skeleton className={styles['headingSkeleton']} />
  </>
)

/**
 * What the form starts with (`sample`, or a run's id). It is taken out of the address once it has been read: a reload
 * then finds the draft, instead of beginning anew over what somebody has changed since.
 */
function useStart(slug: string, given: string | undefined): string | undefined {
  const navigate = useNavigate()
  const [start, setStart] = useState({ slug, from: given })
  if (start.slug !== slug || (given !== undefined && start.from !== given))
    setStart({ slug, from: given })
  useEffect(() => {
    if (given === undefined) return
    void navigate({ to: to.effect(slug), search: {}, replace: true, resetScroll: false })
  }, [slug, given, navigate])
  return start.slug === slug ? start.from : given
}

function EffectBody({
  effect,
  source,
  sample,
}: {
  effect: Effect
  source: Job | undefined
  sample: boolean
}) {
  const schema = useMemo(() => readInputSchema(effect), [effect])
  const carried = useCarried()
  const [picture] = useState<CarriedPicture | undefined>(carried.picture)
  const { putAway } = carried
  useEffect(() => {
    // It has arrived: going back to the effects starts without it.
    if (picture?.kind === 'asset') putAway()
  }, [picture, putAway])
  const imageName = Object.entries(schema.properties).find(
    ([, field]) => field['x-bp'].kind === 'image',
  )?.[0]

  const [start] = useState(() => {
    const carriedOver = source && carryValues(schema, source.input)
    const example = sample ? effect.examples[0]?.input : undefined
    const values = carriedOver?.values ?? (example && carryValues(schema, example).values)
    return { values, dropped: carriedOver?.dropped ?? [] }
  })
  const state = useRunState(effect.slug, start.values)
  const placed = useRef(false)
  useEffect(() => {
    if (placed.current) return
    placed.current = true
    if (picture?.kind === 'asset' && imageName !== undefined)
      state.change(imageName, picture.asset.id)
  })

  const pace = usePace()
  const shownId = state.jobId ?? source?.id
  const job = useQuery({
    ...jobs.show(shownId ?? '', pace),
    ...(shownId === undefined ? { queryFn: skipToken, enabled: false } : {}),
  })
  const live = job.data
  const faultName =
    live?.error?.pointer === undefined || live.error?.pointer === null
      ? undefined
      : fieldOfPointer(live.error.pointer)
  // The fault of a run stays at its field until the value is another one.
  const blamed =
    live?.status === 'failed' &&
    faultName !== undefined &&
    live.error &&
    schema.properties[faultName] &&
    live.input[faultName] === (state.values[faultName] ?? schema.properties[faultName]?.default)
      ? { [faultName]: live.error.message }
      : {}
  const isRunning = live !== undefined && !isFinal(live.status)
  const result = useRef<HTMLElement>(null)
  const notes = [
    ...(source ? [t.effect.fromJob] : []),
    ...(start.dropped.length > 0 ? [t.effect.notCarried(start.dropped.join(', '))] : []),
  ].join(' ')

  return (
    <Page
      title={effect.name}
      lead={effect.description}
      takesFocus={!sample}
      progress={isRunning && live.progress ? formatPercent(live.progress.value) : undefined}
      above={<BackToEffects />}
    >
      <div className={styles['columns']}>
        <section className={styles['form']} aria-label={t.effect.form}>
          <JobSubmit
            effect={effect}
            state={state}
            runFaults={blamed}
            begin={{
              sample,
              file: picture?.kind === 'file' ? picture.file : undefined,
              focus:
                source?.error?.pointer === undefined || source.error?.pointer === null
                  ? undefined
                  : fieldOfPointer(source.error.pointer),
            }}
            note={notes === '' ? undefined : notes}
            hasRun={shownId !== undefined}
            onAccepted={() => {
              putAway()
              // On a narrow page the result lies below the form.
              if (
                result.current &&
                result.current.getBoundingClientRect().top > window.innerHeight * 0.7
              )
                result.current.scrollIntoView({ block: 'start', behavior: 'smooth' })
            }}
          />
        </section>
        <section ref={result} className={styles['result']} aria-label={t.effect.result}>
          <EffectResult
            effect={effect}
            job={live}
            asked={shownId === undefined ? undefined : job}
            onForget={state.forgetJob}
            refresh={id => client.assets.show({ params: { id } })}
          />
        </section>
      </div>
    </Page>
  )
}
