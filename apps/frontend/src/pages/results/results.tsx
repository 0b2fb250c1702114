import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import type { Asset } from '@bp/contracts/shapes/assets'
import { to } from '../../addresses.ts'
import { useMediaUrl, useServerNow } from '../../api/live.tsx'
import { Loaded } from '../../api/loaded.tsx'
import { assets } from '../../api/query-options/assets.ts'
import { effects } from '../../api/query-options/effects.ts'
import { addressFor } from '../../media/thumb.tsx'
import { Page } from '../../shell/page.tsx'
import { SignedIn } from '../../shell/sign-in-note.tsx'
import { t } from '../../text/en.ts'
import { formatAge } from '../../text/format.ts'
import { Empty } from '../../ui/empty.tsx'
import { ArrowLeft, ArrowRight, ImageIcon } from '../../ui/icon.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import table from '../../table/table.module.css'
import link from '../../ui/link-button.module.css'
import styles from './results.module.css'

/** First question: where are my results? */
export default function ResultsPage() {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false })
  const cursor = typeof search['cursor'] === 'string' ? search['cursor'] : undefined
  return (
    <Page title={t.results.title} lead={t.results.lead}>
      <SignedIn skeleton={<GridSkeleton />}>
        <Grid cursor={cursor} />
      </SignedIn>
    </Page>
  )
}

const GridSkeleton = () => (
  <ul className={styles['grid']}>
    {Array.from({ length: 12 }, (_, n) => (
      <li key={n}>
        <Skeleton className={styles['skeleton']} />
      </li>
    ))}
  </ul>
)

function Grid({ cursor }: { cursor: string | undefined }) {
  const list = useQuery(assets.results(cursor))
  const now = useServerNow(30_000)
  return (
    <Loaded query={list} skeleton={<GridSkeleton />}>
      {page =>
        page.data.length === 0 && cursor === undefined ? (
          <NoResults />
        ) : (
          <>
            <ul className={styles['grid']}>
              {page.data.map(asset => (
                <Tile key={asset.id} asset={asset} now={now} />
              ))}
            </ul>
            {page.has_more || cursor !== undefined ? (
              <nav className={table['pages']} aria-label={t.jobs.pages}>
                {cursor === undefined ? null : (
                  <Link to={to.results} className={link['link']}>
                    <ArrowLeft aria-hidden />
                    {t.results.newest}
                  </Link>
                )}
                {page.next_cursor === null ? null : (
                  <Link
                    to={to.results}
                    search={{ cursor: page.next_cursor }}
                    className={link['link']}
                  >
                    {t.results.older}
                    <ArrowRight aria-hidden />
                  </Link>
                )}
              </nav>
            ) : null}
          </>
        )
      }
    </Loaded>
  )
}

function Tile({ asset, now }: { asset: Asset; now: number }) {
  const url = addressFor(asset, 320)
  return (
    <li>
      <Link to={to.result(asset.id)} className={styles['tile']}>
        {url === '' ? (
          <ImageIcon aria-hidden />
        ) : (
          <img
            src={url}
            alt=""
            loading="lazy"
            decoding="async"
            width={asset.width ?? undefined}
            height={asset.height ?? undefined}
          />
        )}
        <span className={styles['about']}>
          <span className={styles['name']}>{asset.name}</span>
          <span className={styles['age']}>{formatAge(Date.parse(asset.created_at), now)}</span>
        </span>
      </Link>
    </li>
  )
}

function NoResults() {
  const first = useQuery(effects.list()).data?.data[0]
  const mediaUrl = useMediaUrl()
  return (
    <Empty
      title={t.results.emptyTitle}
      text={t.results.emptyText}
      picture={
        first?.cover ? (
          <img src={mediaUrl(first.cover.url)} alt={first.cover.alt} className={styles['sample']} />
        ) : undefined
      }
    >
      <Link to={to.effects} className={link['link']} data-variant="primary">
        {t.results.emptyAction}
      </Link>
    </Empty>
  )
}
