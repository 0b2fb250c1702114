import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { Asset } from '@bp/contracts/shapes/assets'
import { to } from '../../addresses.ts'
import { client } from '../../api/client.ts'
import { useServerNow } from '../../api/live.tsx'
import { Loaded } from '../../api/loaded.tsx'
import { assets } from '../../api/query-options/assets.ts'
import { AssetView } from '../../media/asset-view.tsx'
import { DownloadButton } from '../../media/download-button.tsx'
import { addressFor } from '../../media/thumb.tsx'
import { BackLink } from '../../shell/back-link.tsx'
import { useCarried } from '../../shell/carried.tsx'
import { Page } from '../../shell/page.tsx'
import { SignedIn } from '../../shell/sign-in-note.tsx'
import { t } from '../../text/en.ts'
import { formatBytes, formatExact } from '../../text/format.ts'
import { Age } from '../../ui/age.tsx'
import { Button } from '../../ui/button.tsx'
import { ChevronLeft, ChevronRight, ImageUp } from '../../ui/icon.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import link from '../../ui/link-button.module.css'
import styles from './result.module.css'

/** First question: what is this exactly? */
export default function ResultPage() {
  const { id = '' }: { id?: string } = useParams({ strict: false })
  const asset = useQuery(assets.show(id))
  return (
    <Page
      title={asset.data?.name ?? t.results.title}
      above={<BackLink to={to.results}>{t.results.back}</BackLink>}
      aside={<Neighbours id={id} />}
    >
      <SignedIn skeleton={<ViewerSkeleton />}>
        <Loaded query={asset} skeleton={<ViewerSkeleton />}>
          {found => <Viewer asset={found} />}
        </Loaded>
      </SignedIn>
    </Page>
  )
}

const ViewerSkeleton = () => (
  <div className={styles['body']}>
    <Skeleton className={styles['skeleton']} />
    <Skeleton className={styles['sideSkeleton']} />
  </div>
)

/** The ones before and after it in the newest results; also by the arrow keys. Esc leads back. */
function Neighbours({ id }: { id: string }) {
  const navigate = useNavigate()
  const list = useQuery(assets.results(undefined)).data?.data ?? []
  const place = list.findIndex(asset => asset.id === id)
  const previous = place > 0 ? list[place - 1]?.id : undefined
  const next = place >= 0 ? list[place + 1]?.id : undefined
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target
      if (target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey)
        return
      if (event.defaultPrevented || document.querySelector('[role=dialog], [role=menu]')) return
      const address =
        event.key === 'ArrowLeft' && previous !== undefined
          ? to.result(previous)
          : event.key === 'ArrowRight' && next !== undefined
            ? to.result(next)
            : event.key === 'Escape'
              ? to.results
              : undefined
      if (address !== undefined) void navigate({ to: address })
    }
    window.addEventListener('keydown', onKey)
    return () => {
      window.removeEventListener('keydown', onKey)
    }
  }, [navigate, previous, next])
  if (place < 0) return null
  return (
    <>
      {previous === undefined ? null : (
        <Link to={to.result(previous)} className={link['link']} data-variant="quiet">
          <ChevronLeft aria-hidden />
          {t.results.previous}
        </Link>
      )}
      {next === undefined ? null : (
        <Link to={to.result(next)} className={link['link']} data-variant="quiet">
          {t.results.next}
          <ChevronRight aria-hidden />
        </Link>
      )}
    </>
  )
}

function Viewer({ asset }: { asset: Asset }) {
  const now = useServerNow(30_000)
  const carried = useCarried()
  const navigate = useNavigate()
  return (
    <div className={styles['body']}>
      <div className={styles['stage']}>
        <AssetView asset={asset} alt={asset.name} />
      </div>
      <div className={styles['side']}>
        <div className={styles['actions']}>
          <DownloadButton
            variant="primary"
            assets={[asset]}
            refresh={id => client.assets.show({ params: { id } })}
          />
          {asset.kind === 'image' ? (
            <Button
              icon={ImageUp}
              onPress={() => {
                carried.carryAsset(asset, addressFor(asset, 56))
                void navigate({ to: to.effects })
              }}
            >
              {t.results.asInput}
            </Button>
          ) : null}
          {asset.job_id === null ? null : (
            <Link to={to.job(asset.job_id)} className={link['link']}>
              {t.results.openJob}
            </Link>
          )}
        </div>
        <section className={styles['panel']}>
          <h2 className={styles['h2']}>{t.results.about}</h2>
          <dl className={styles['facts']}>
            {asset.width === null || asset.height === null ? null : (
              <Fact word={t.results.dimensions}>{t.image.size(asset.width, asset.height)}</Fact>
            )}
            <Fact word={t.results.size}>{formatBytes(asset.size_bytes)}</Fact>
            <Fact word={t.results.type}>{typeWord(asset.content_type)}</Fact>
            <Fact word={t.results.made}>
              <Age atMs={Date.parse(asset.created_at)} nowMs={now} />
            </Fact>
            {asset.expires_at === null ? null : (
              <Fact word={t.results.kept}>{formatExact(Date.parse(asset.expires_at))}</Fact>
            )}
          </dl>
        </section>
      </div>
    </div>
  )
}

const Fact = ({ word, children }: { word: string; children: React.ReactNode }) => (
  <div className={styles['fact']}>
    <dt>{word}</dt>
    <dd className="figures">{children}</dd>
  </div>
)

/** "image/png" → "PNG". */
const typeWord = (type: string): string =>
  (type.split('/')[1] ?? type).replace(/^x-/, '').toUpperCase()
