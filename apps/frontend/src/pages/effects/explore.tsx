import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import type { EffectSummary } from '@bp/contracts/shapes/effects'
import { to } from '../../addresses.ts'
import { useMediaUrl } from '../../api/live.tsx'
import { Loaded } from '../../api/loaded.tsx'
import { effects } from '../../api/query-options/effects.ts'
import { usePageDrop, usePagePaste } from '../../forms/page-files.ts'
import { useCarried } from '../../shell/carried.tsx'
import { Page } from '../../shell/page.tsx'
import { t } from '../../text/en.ts'
import { formatRange } from '../../text/format.ts'
import { useAnnounce } from '../../ui/announcer.tsx'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Clock, ImageIcon, Search, X } from '../../ui/icon.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import styles from './explore.module.css'

/** First question: what can I make? */
export default function ExplorePage() {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false })
  const q = typeof search['q'] === 'string' ? search['q'] : ''
  const list = useQuery(effects.list())
  const carried = useCarried()
  const isOver = usePageDrop(carried.carryFile)
  usePagePaste(carried.carryFile)
  return (
    <Page
      title={t.explore.title}
      heading={t.explore.heading}
      lead={t.explore.lead}
      takesFocus={search['focus'] !== 'search'}
      aside={<SearchBox q={q} focus={search['focus'] === 'search'} />}
    >
      {carried.picture ? (
        <output className={styles['carried']}>
          <img src={carried.picture.previewUrl} alt="" />
          <strong>{t.explore.carried}</strong>
          <Button variant="quiet" icon={X} onPress={carried.putAway}>
            {t.explore.carriedDrop}
          </Button>
        </output>
      ) : null}
      <Loaded
        query={list}
        skeleton={
          <Cards>
            {Array.from({ length: 8 }, (_, n) => (
              <CardSkeleton key={n} />
            ))}
          </Cards>
        }
      >
        {page => <Results effects={page.data} q={q} />}
      </Loaded>
      {isOver ? (
        <div className={styles['over']} aria-hidden>
          {t.explore.dropHere}
        </div>
      ) : null}
    </Page>
  )
}

function SearchBox({ q, focus }: { q: string; focus: boolean }) {
  const navigate = useNavigate()
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (focus) box.current?.focus()
  }, [focus])
  const find = (text: string) => {
    void navigate({
      to: to.effects,
      search: text === '' ? {} : { q: text },
      replace: true,
      resetScroll: false,
    })
  }
  return (
    <search className={styles['search']}>
      <Search aria-hidden />
      <input
        ref={box}
        type="search"
        aria-label={t.explore.search}
        aria-keyshortcuts="/"
        placeholder={t.explore.search}
        value={q}
        onChange={event => {
          find(event.currentTarget.value)
        }}
        onKeyDown={event => {
          if (event.key !== 'Escape') return
          if (q === '') event.currentTarget.blur()
          else find('')
        }}
      />
      {q === '' ? (
        <kbd aria-hidden>{t.explore.searchKey}</kbd>
      ) : (
        <button
          type="button"
          aria-label={t.explore.clear}
          onClick={() => {
            find('')
            box.current?.focus()
          }}
        >
          <X aria-hidden />
        </button>
      )}
    </search>
  )
}

function Results({ effects: all, q }: { effects: readonly EffectSummary[]; q: string }) {
  const words = q.toLocaleLowerCase('en').split(/\s+/).filter(Boolean)
  const found = all.filter(effect => {
    const text = [effect.name, effect.description, ...effect.tags].join(' ').toLocaleLowerCase('en')
    return words.every(word => text.includes(word))
  })
  const announce = useAnnounce()
  useEffect(() => {
    if (q !== '') announce(t.explore.found(found.length))
  }, [announce, q, found.length])
  if (all.length === 0) return <Empty title={t.explore.emptyTitle} text={t.explore.emptyText} />
  if (found.length === 0)
    return (
      <Empty title={t.explore.noMatchTitle} text={t.explore.noMatchText(q)}>
        <Link to={to.effects} className={styles['clear']}>
          {t.explore.clear}
        </Link>
      </Empty>
    )
  return (
    <Cards>
      {found.map((effect, place) => (
        <Card key={effect.slug} effect={effect} eager={place < 4} />
      ))}
    </Cards>
  )
}

const Cards = ({ children }: { children: React.ReactNode }) => (
  <ul className={styles['cards']}>{children}</ul>
)

/** The result first; what went in shows on hover, focus, and while a finger holds. */
function Card({ effect, eager }: { effect: EffectSummary; eager: boolean }) {
  const mediaUrl = useMediaUrl()
  const [held, setHeld] = useState(false)
  const { cover, sample } = effect
  const loading = eager ? 'eager' : 'lazy'
  return (
    <li>
      <Link
        to={to.effect(effect.slug)}
        className={styles['card']}
        data-held={held || undefined}
        onPointerDown={event => {
          if (event.pointerType === 'touch') setHeld(true)
        }}
        onPointerUp={() => {
          setHeld(false)
        }}
        onPointerCancel={() => {
          setHeld(false)
        }}
        onContextMenu={event => {
          if (held) event.preventDefault()
        }}
      >
        <span className={styles['picture']}>
          {cover ? (
            <img
              src={mediaUrl(cover.url)}
              alt={cover.alt}
              width={cover.width}
              height={cover.height}
              loading={loading}
              decoding="async"
            />
          ) : (
            <ImageIcon aria-hidden />
          )}
          {sample ? (
            <>
              <img
                className={styles['input']}
                src={mediaUrl(sample.url)}
                alt=""
                width={sample.width}
                height={sample.height}
                loading={loading}
                decoding="async"
              />
              <span className={styles['tag']} aria-hidden>
                <span className={styles['tagResult']}>{t.explore.result}</span>
                <span className={styles['tagInput']}>{t.explore.input}</span>
              </span>
            </>
          ) : null}
        </span>
        <span className={styles['words']}>
          <strong className={styles['name']}>{effect.name}</strong>
          <span className={styles['line']}>{effect.description}</span>
          {effect.usual_run_ms ? (
            <span className={`${styles['time']} figures`}>
              <Clock aria-hidden />
              {t.explore.usual(formatRange(effect.usual_run_ms))}
            </span>
          ) : null}
        </span>
      </Link>
    </li>
  )
}

function CardSkeleton() {
  return (
    <li className={styles['card']}>
      <Skeleton className={styles['picture']} />
      <span className={styles['words']}>
        <Skeleton className={styles['skeletonLine']} />
        <Skeleton className={styles['skeletonLine']} />
        <Skeleton className={styles['skeletonLine']} />
      </span>
    </li>
  )
}
