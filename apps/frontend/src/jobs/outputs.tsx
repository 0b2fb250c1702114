import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Asset } from '@bp/contracts/shapes/assets'
import type { Job } from '@bp/contracts/shapes/jobs'
import { to } from '../addresses.ts'
import { AssetView } from '../media/asset-view.tsx'
import { Compare } from '../media/compare.tsx'
import { DownloadButton } from '../media/download-button.tsx'
import { addressFor, Thumb } from '../media/thumb.tsx'
import { t } from '../text/en.ts'
import link from '../ui/link-button.module.css'
import styles from './outputs.module.css'

/** What a run has made, compared with what went in where both are pictures. */
export function Outputs({ job, refresh }: { job: Job; refresh: (id: string) => Promise<Asset> }) {
  const [chosen, setChosen] = useState(0)
  const output = job.outputs[chosen] ?? job.outputs[0]
  const input = job.input_assets.find(asset => asset.kind === 'image')
  if (!output) return <p className={styles['nothing']}>{t.job.noOutputs}</p>
  const name = job.effect?.name ?? output.name
  return (
    <div className={styles['stack']}>
      {input && output.asset.kind === 'image' ? (
        <Compare
          key={output.asset.id}
          before={{
            url: input.url,
            alt: t.image.alt(input.name),
            width: input.width ?? undefined,
            height: input.height ?? undefined,
          }}
          after={{
            url: output.asset.url,
            alt: `${name}: ${t.effect.result}`,
            width: output.asset.width ?? undefined,
            height: output.asset.height ?? undefined,
          }}
        />
      ) : (
        <AssetView key={output.asset.id} asset={output.asset} alt={`${name}: ${t.effect.result}`} />
      )}
      {job.outputs.length > 1 ? (
        <ul className={styles['strip']} aria-label={t.job.outputs}>
          {job.outputs.map((one, place) => (
            <li key={one.asset.id}>
              <button
                type="button"
                aria-label={t.results.open(one.asset.name)}
                aria-pressed={one === output}
                onClick={() => {
                  setChosen(place)
                }}
              >
                <Thumb url={addressFor(one.asset, 56)} size={56} />
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      {output.reused ? <p className={styles['reused']}>{t.job.reused}</p> : null}
      <div className={styles['actions']}>
        <DownloadButton assets={[output.asset]} refresh={refresh} />
        <Link to={to.result(output.asset.id)} className={link['link']} data-variant="quiet">
          {t.results.about}
        </Link>
      </div>
    </div>
  )
}
