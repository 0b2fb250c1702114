import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useId, useState } from 'react'
import { to } from '../addresses.ts'
import { usePace, useServerNow, useStreamState } from '../api/live.tsx'
import { activeStatuses, jobs } from '../api/query-options/jobs.ts'
import { Thumb } from '../media/thumb.tsx'
import { t } from '../text/en.ts'
import { Button } from '../ui/button.tsx'
import { ChevronDown, ChevronUp, X } from '../ui/icon.ts'
import { ProgressBar } from '../ui/progress-bar.tsx'
import { useUploads } from '../uploads/uploads.tsx'
import { nameOf, pictureOf, timeWord } from './job-words.ts'
import styles from './tray.module.css'

/** At most this many runs are listed; the jobs page has them all. */
const shownMax = 6

/** What is under way, on every page: runs and uploads, one line unless opened. Absent while nothing is. */
export function Tray() {
  const pace = usePace()
  const active = useQuery(jobs.list({ status: activeStatuses, limit: shownMax }, pace))
  const uploads = useUploads()
  const stream = useStreamState()
  const now = useServerNow(1_000)
  const [open, setOpen] = useState(false)
  const listId = useId()
  const runs = (active.data?.data ?? []).filter(job => activeStatuses.includes(job.status))
  const moving = uploads.all.filter(upload => upload.state !== 'ready' && upload.state !== 'failed')
  if (runs.length === 0 && moving.length === 0) return null
  const words = [
    ...(runs.length > 0 ? [t.tray.running(runs.length)] : []),
    ...(moving.length > 0 ? [t.tray.uploads(moving.length)] : []),
  ].join(', ')
  const hints = { live: t.tray.liveHint, polling: t.tray.pollingHint, offline: t.tray.offlineHint }
  return (
    <aside className={styles['tray']} aria-label={t.tray.label}>
      <button
        type="button"
        className={styles['head']}
        aria-expanded={open}
        aria-controls={listId}
        onClick={() => {
          setOpen(!open)
        }}
      >
        <span className={styles['dot']} data-stream={stream} aria-hidden />
        <span className={styles['words']}>{words}</span>
        <span className={styles['stream']}>{t.tray[stream]}</span>
        {open ? <ChevronDown aria-hidden /> : <ChevronUp aria-hidden />}
      </button>
      <div id={listId} hidden={!open} className={styles['list']}>
        {runs.map(job => (
          <Link key={job.id} to={to.job(job.id)} className={styles['row']}>
            <Thumb url={pictureOf(job, 40)} />
            <span className={styles['what']}>
              <span className={styles['name']}>{nameOf(job)}</span>
              <span className={`${styles['time']} figures`}>{timeWord(job, now)}</span>
              <ProgressBar value={job.progress?.value ?? 0} label={nameOf(job)} />
            </span>
          </Link>
        ))}
        {moving.map(upload => (
          <div key={upload.id} className={styles['row']}>
            <Thumb url={upload.previewUrl} />
            <span className={styles['what']}>
              <span className={styles['name']}>{upload.name}</span>
              <span className={styles['time']}>
                {upload.state === 'uploading' ? t.image.uploading : t.image.fingerprint}
              </span>
              <ProgressBar
                value={upload.state === 'uploading' ? upload.part : undefined}
                label={upload.name}
              />
            </span>
            <Button
              iconOnly
              icon={X}
              size="small"
              variant="quiet"
              onPress={() => {
                uploads.cancel(upload.id)
              }}
            >
              {t.uploads.cancel}
            </Button>
          </div>
        ))}
        <p className={styles['hint']}>{hints[stream]}</p>
      </div>
    </aside>
  )
}
