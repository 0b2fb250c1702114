import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { isFinal } from '@bp/contracts/jobs'
import type { Asset } from '@bp/contracts/shapes/assets'
import type { Effect } from '@bp/contracts/shapes/effects'
import type { Job } from '@bp/contracts/shapes/jobs'
import { to } from '../../addresses.ts'
import { useMediaUrl, useServerNow } from '../../api/live.tsx'
import { Loaded } from '../../api/loaded.tsx'
import { readTrouble } from '../../api/problems.ts'
import { FailedNote } from '../../jobs/failed-note.tsx'
import { timeWord } from '../../jobs/job-words.ts'
import { LiveJob } from '../../jobs/live-job.tsx'
import { Outputs } from '../../jobs/outputs.tsx'
import { Compare } from '../../media/compare.tsx'
import { addressFor } from '../../media/thumb.tsx'
import { t } from '../../text/en.ts'
import { Button } from '../../ui/button.tsx'
import { StatusChip } from '../../ui/status-chip.tsx'
import { status } from '../../ui/status.ts'
import link from '../../ui/link-button.module.css'
import styles from './effect.module.css'

/** The right side of an effect: its sample, then the run under way, then what came of it. */
export function EffectResult({
  effect,
  job,
  asked,
  onForget,
  refresh,
}: {
  effect: Effect
  job: Job | undefined
  /** The question for the run of this form, if it has one. */
  asked: UseQueryResult<Job> | undefined
  onForget: () => void
  refresh: (id: string) => Promise<Asset>
}) {
  const now = useServerNow(10_000)
  if (!job) {
    const sample = <Sample effect={effect} />
    // A run that is gone leaves the form as if there had been none; any other refusal is said.
    const isGone = asked?.isError === true && readTrouble(asked.error).code === 'not_found'
    return asked && !isGone ? (
      <Loaded query={asked} skeleton={sample}>
        {() => sample}
      </Loaded>
    ) : (
      sample
    )
  }
  if (!isFinal(job.status)) return <Running job={job} effect={effect} />
  return (
    <div className={styles['stack']}>
      {job.status === 'succeeded' ? (
        <Outputs job={job} refresh={refresh} />
      ) : (
        <>
          <FailedNote job={job} nowMs={now} />
          <Sample effect={effect} />
        </>
      )}
      <div className={styles['foot']}>
        <StatusChip row={status.job[job.status]} />
        <span className={`${styles['time']} figures`}>
          {job.status === 'succeeded' ? timeWord(job, now) : null}
        </span>
        <span className={styles['gap']} />
        <Button variant="quiet" size="small" onPress={onForget}>
          {t.effect.backToSample}
        </Button>
        <Link to={to.job(job.id)} className={link['link']} data-size="small" data-variant="quiet">
          {t.effect.openJob}
        </Link>
      </div>
    </div>
  )
}

function Sample({ effect }: { effect: Effect }) {
  const mediaUrl = useMediaUrl()
  const { cover, sample } = effect
  if (!cover) return <p className={styles['nothing']}>{t.effect.resultHere}</p>
  const after = {
    url: mediaUrl(cover.url),
    alt: cover.alt,
    width: cover.width,
    height: cover.height,
  }
  return sample ? (
    <Compare
      before={{
        url: mediaUrl(sample.url),
        alt: sample.alt,
        width: sample.width,
        height: sample.height,
      }}
      after={after}
      words={{ before: t.effect.sampleBefore, after: t.effect.sampleAfter }}
    />
  ) : (
    <img
      className={styles['cover']}
      src={after.url}
      alt={after.alt}
      width={after.width}
      height={after.height}
    />
  )
}

function Running({ job, effect }: { job: Job; effect: Effect }) {
  const mediaUrl = useMediaUrl()
  const input = job.input_assets.find(asset => asset.kind === 'image')
  const url = input
    ? addressFor(input, 640)
    : effect.sample
      ? mediaUrl(effect.sample.url)
      : undefined
  return (
    <div className={styles['stack']}>
      <div className={styles['waitingPicture']}>
        {url === undefined ? null : <img src={url} alt="" />}
      </div>
      <LiveJob job={job} />
    </div>
  )
}
