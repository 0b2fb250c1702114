import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { isFleetSlug } from '@bp/contracts/fleets'
import { names } from '@bp/contracts/names'
import type { Fleet } from '@bp/contracts/shapes/fleets'
import { to } from '../../../addresses.ts'
import { Loaded } from '../../../api/loaded.tsx'
import { fleets } from '../../../api/query-options/console.ts'
import { Page } from '../../../shell/page.tsx'
import { SignedIn } from '../../../shell/sign-in-note.tsx'
import { fleetWords } from '../../../text/en-fleets.ts'
import { t } from '../../../text/en.ts'
import { Skeleton } from '../../../ui/skeleton.tsx'
import { useToast } from '../../../ui/toast.tsx'
import { BackToConsole } from '../../fleets/back-to-console.tsx'
import { MachineNote } from '../../fleets/machine-note.tsx'
import { fleetKey, isSingleMachine } from '../../fleets/single-machine.ts'
import { FleetCreate } from '../../forms/fleet-create.tsx'
import { newFleet, type FleetDraft } from '../../forms/fleet-draft.ts'
import styles from './fleets.module.css'

const f = fleetWords.create

/** First question: which machines, how many, for what? */
export default function NewFleetPage() {
  return (
    <Page title={t.newFleet.title} lead={f.lead} above={<BackToConsole />}>
      <SignedIn admin skeleton={<FormSkeleton />}>
        <Listed />
      </SignedIn>
    </Page>
  )
}

const FormSkeleton = () => (
  <div className={styles['body']}>
    <Skeleton className={styles['skeleton']} />
    <Skeleton className={styles['sideSkeleton']} />
  </div>
)

function Listed() {
  const list = useQuery(fleets.list())
  return (
    <Loaded query={list} skeleton={<FormSkeleton />}>
      {page => <NewFleet there={page.data} />}
    </Loaded>
  )
}

function NewFleet({ there }: { there: readonly Fleet[] }) {
  const navigate = useNavigate()
  const toast = useToast()
  const isSingle = isSingleMachine(there)
  const [draft, setDraft] = useState<FleetDraft>(
    // On a single machine a fleet has no workers: a workflow that it took over would wait for ever.
    isSingle ? { ...newFleet, serves: 'none' } : newFleet,
  )
  return (
    <div className={styles['body']}>
      <div className={styles['panel']}>
        <FleetCreate
          draft={draft}
          taken={there.map(fleetKey)}
          onChange={change => {
            setDraft(now => ({ ...now, ...change }))
          }}
          onMade={made => {
            toast(f.made)
            void navigate({ to: to.fleet(made.stage, made.slug) })
          }}
        />
      </div>
      <div className={styles['side']} data-first={isSingle || undefined}>
        {isSingle ? (
          <MachineNote title={f.machineTitle} text={f.machineText} />
        ) : (
          <NamesOf draft={draft} />
        )}
      </div>
    </div>
  )
}

/** All names that follow from stage and slug, as they are typed. */
function NamesOf({ draft: { stage, slug } }: { draft: FleetDraft }) {
  // Names are only made of real slugs; a stand-in of the same shape keeps the rows where they are.
  const isReal = isFleetSlug(slug)
  const shown = (name: (slug: string) => string) =>
    isReal ? name(slug) : name(standIn).replace(standIn, '…')
  const { parameters } = names
  const rows: readonly (readonly [string, string])[] = [
    [f.nameRows.stack, shown(one => names.stacks.gpuFleet(stage, one))],
    [f.nameRows.group, shown(one => names.autoScalingGroup(stage, one))],
    [f.nameRows.template, shown(one => names.launchTemplate(stage, one))],
    [f.nameRows.config, shown(one => parameters.desiredConfig(stage, one))],
    [f.nameRows.image, shown(one => parameters.ami(stage, one))],
    [f.nameRows.log, shown(one => names.logGroups.workers(one))],
  ]
  return (
    <section className={styles['panel']} aria-label={f.names}>
      <h2 className={styles['h2']}>{f.names}</h2>
      <p className={styles['shy']}>{f.namesLead}</p>
      <dl className={styles['names']}>
        {rows.map(([word, name]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd className={styles['mono']}>{name}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
const standIn = '0-0'
