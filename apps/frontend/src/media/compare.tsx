import { useEffect, useRef, useState } from 'react'
import { t } from '../text/en.ts'
import { Segments } from '../ui/segments.tsx'
import styles from './compare.module.css'

export interface ComparedPicture {
  readonly url: string | undefined
  readonly alt: string
  readonly width: number | undefined
  readonly height: number | undefined
}

/**
 * Two pictures in one frame, with a line between them. A native range input lies underneath, so the keyboard and the
 * buttons do all that dragging does. Dragging moves one custom property; nothing is rendered anew.
 */
export function Compare({
  before,
  after,
  words = { before: t.compare.before, after: t.compare.after },
}: {
  before: ComparedPicture
  after: ComparedPicture
  words?: { readonly before: string; readonly after: string }
}) {
  const frame = useRef<HTMLDivElement>(null)
  const range = useRef<HTMLInputElement>(null)
  const [view, setView] = useState<'before' | 'both' | 'after'>('both')
  const place = (percent: number) => {
    frame.current?.style.setProperty('--split', `${percent}%`)
    if (range.current) {
      range.current.value = String(percent)
      range.current.setAttribute('aria-valuetext', t.compare.text(100 - percent))
    }
  }
  const show = (next: 'before' | 'both' | 'after') => {
    setView(next)
    place(next === 'both' ? 50 : next === 'before' ? 100 : 0)
  }
  const ratio = (after.width ?? 4) / (after.height ?? 3)
  useEffect(() => {
    frame.current?.style.setProperty('--ratio', String(ratio))
  }, [ratio])

  return (
    <div className={styles['compare']}>
      <div ref={frame} className={styles['frame']}>
        <img className={styles['after']} src={after.url} alt={after.alt} draggable={false} />
        <img className={styles['before']} src={before.url} alt={before.alt} draggable={false} />
        <span className={styles['line']} aria-hidden />
        <input
          ref={range}
          className={styles['range']}
          type="range"
          min={0}
          max={100}
          step={1}
          defaultValue={50}
          aria-label={t.compare.handle}
          aria-valuetext={t.compare.text(50)}
          onInput={event => {
            const percent = event.currentTarget.valueAsNumber
            place(percent)
            setView(percent === 0 ? 'after' : percent === 100 ? 'before' : 'both')
          }}
          onKeyDown={event => {
            const step =
              event.key === 'ArrowLeft' || event.key === 'ArrowDown'
                ? -10
                : event.key === 'ArrowRight' || event.key === 'ArrowUp'
                  ? 10
                  : 0
            if (!event.shiftKey || step === 0) return
            event.preventDefault()
            place(Math.min(100, Math.max(0, event.currentTarget.valueAsNumber + step)))
          }}
        />
        <span
          className={styles['tagBefore']}
          data-hidden={view === 'after' || undefined}
          aria-hidden
        >
          {words.before}
        </span>
        <span
          className={styles['tagAfter']}
          data-hidden={view === 'before' || undefined}
          aria-hidden
        >
          {words.after}
        </span>
      </div>
      <div className={styles['views']}>
        <Segments
          label={t.compare.view}
          value={view}
          onChange={show}
          options={[
            { value: 'before', word: t.compare.before },
            { value: 'both', word: t.compare.both },
            { value: 'after', word: t.compare.after },
          ]}
        />
      </div>
    </div>
  )
}
