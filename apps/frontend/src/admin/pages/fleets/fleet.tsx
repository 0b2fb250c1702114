import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { fleetTemplates, isFleetTemplate } from '@bp/contracts/fleets'
import type { FleetDetail } from '@bp/contracts/shapes/fleets'
import type { Worker } from '@bp/contracts/shapes/workers'
import { client } from '../../../api/client.ts'
import { useServerNow } from '../../../api/live.tsx'
import { Loaded } from '../../../api/loaded.tsx'
import { readTrouble } from '../../../api/problems.ts'
import { fleets, workers } from '../../../api/query-options/console.ts'
import { TroubleNote } from '../../../api/trouble-note.tsx'
import { Page } from '../../../shell/page.tsx'
import { SignedIn } from '../../../shell/sign-in-note.tsx'
import { fleetWords } from '../../../text/en-fleets.ts'
import { t } from '../../../text/en.ts'
import { formatDuration, formatNumber } from '../../../text/format.ts'
import { Age } from '../../../ui/age.tsx'
import { Button } from '../../../ui/button.tsx'
import { CommandLine } from '../../../ui/command-line.tsx'
import { ChevronDown, RotateCcw } from '../../../ui/icon.ts'
import { Skeleton } from '../../../ui/skeleton.tsx'
import { StatusChip } from '../../../ui/status-chip.tsx'
import { status } from '../../../ui/status.ts'
import { useToast } from '../../../ui/toast.tsx'
import { Figure, Figures, FigureSkeletons } from '../../figures.tsx'
import { BackToConsole } from '../../fleets/back-to-console.tsx'
import { bringUp } from '../../fleets/bring-up.ts'
import { MachineNote } from '../../fleets/machine-note.tsx'
import { fleetKey, isOwnFleet, isSingleMachine } from '../../fleets/single-machine.ts'
import { WorkersTable } from '../../workers-table.tsx'
import styles from './fleets.module.css'

const f = fleetWords.show

/** First question: what is asked of it, what is there, and what do I do next? */
export default function FleetPage() {
  const { stage = '', slug = '' }: { stage?: string; slug?: string } = useParams({ strict: false })
  const fleet = useQuery(fleets.show(stage, slug))
  const list = useQuery(fleets.list())
  const live = useQuery(workers.list())
  const name = fleet.data?.name ?? slug
  // All at once: a part that comes later would push down what somebody reads already.
  const isComing = (list.isPending || live.isPending) && !list.isError && !live.isError
  return (
    <Page
      title={name}
      heading={
        <span className={styles['heading']}>
          {name} <span className={styles['key']}>{`${stage}/${slug}`}</span>
        </span>
      }
      above={<BackToConsole />}
    >
      <SignedIn admin skeleton={<FleetSkeleton />}>
        <Loaded query={fleet} skeleton={<FleetSkeleton />}>
          {found =>
            isComing ? (
              <FleetSkeleton />
            ) : (
              <Body
                fleet={found}
                isSingle={list.data && isSingleMachine(list.data.data)}
                workers={(live.data?.data ?? []).filter(
                  worker => `${worker.stage}/${worker.fleet}` === fleetKey(found),
                )}
              />
            )
          }
        </Loaded>
      </SignedIn>
    </Page>
  )
}

const FleetSkeleton = () => (
  <>
    <FigureSkeletons />
    <div className={styles['body']}>
      <Skeleton className={styles['skeleton']} />
      <Skeleton className={styles['sideSkeleton']} />
    </div>
  </>
)

function Body({
  fleet,
  isSingle,
  workers: all,
}: {
  fleet: FleetDetail
  /** Undefined: not known, because that could not be asked. */
  isSingle: boolean | undefined
  workers: readonly Worker[]
}) {
  const now = useServerNow(1_000)
  return (
    <>
      <Numbers fleet={fleet} />
      <div className={styles['body']}>
        <div className={styles['left']}>
          {isOwnFleet(fleet) ? (
            <MachineNote title={f.own} text={f.ownText} />
          ) : isSingle === true ? (
            <MachineNote title={f.recorded} text={f.recordedText} />
          ) : isSingle === false ? (
            <Next fleet={fleet} hasWorkers={all.some(worker => worker.state !== 'ended')} />
          ) : null}
          <WorkersTable workers={all} none={f.workersNone} now={now} />
        </div>
        <Asked fleet={fleet} now={now} />
      </div>
    </>
  )
}

function Numbers({ fleet: { backlog, supply, max_workers: max } }: { fleet: FleetDetail }) {
  const oldest = backlog.oldest_ready_ms
  return (
    <Figures>
      <Figure
        word={f.waiting}
        note={oldest === null ? f.held(backlog.held) : f.oldest(formatDuration(oldest))}
      >
        {formatNumber(backlog.ready)}
      </Figure>
      <Figure word={f.running} note={backlog.leased === 0 ? t.console.nothingRuns : ''}>
        {formatNumber(backlog.leased)}
      </Figure>
      <Figure word={f.starting} note={f.draining(supply.draining)}>
        {formatNumber(supply.booting)}
      </Figure>
      <Figure word={f.workers} note={f.busy(supply.busy, max)}>
        {formatNumber(supply.ready + supply.busy)}
      </Figure>
    </Figures>
  )
}

/** What was asked for, and whether the document that the stack is made from says the same. */
function Asked({ fleet, now }: { fleet: FleetDetail; now: number }) {
  const { config, last_decision: decision } = fleet
  return (
    <section className={styles['panel']} aria-label={f.asked}>
      <h2 className={styles['h2']}>{f.asked}</h2>
      <dl className={styles['facts']}>
        {config === null ? (
          <Fact word={f.size}>{f.sizeWords(0, fleet.max_workers)}</Fact>
        ) : (
          <>
            <Fact word={f.template}>{templateWords(config.template)}</Fact>
            <Fact word={f.types} isTall>
              <span className={`${styles['types']} ${styles['mono']}`}>
                {config.instance_types.map(type => (
                  <span key={type}>{type}</span>
                ))}
              </span>
            </Fact>
            <Fact word={f.size}>{f.sizeWords(config.min, config.max)}</Fact>
            <Fact word={f.onDemand}>{f.onDemandWords(config.on_demand_max)}</Fact>
          </>
        )}
        <Fact word={f.workflows}>{formatNumber(fleet.workflows)}</Fact>
        {fleet.pointer === null ? null : (
          <Fact word={f.document}>
            <StatusChip row={status.pointer[fleet.pointer]} />
          </Fact>
        )}
        {decision === null ? null : (
          <Fact word={f.decision} isTall>
            {decision.text}{' '}
            <span className={styles['shy']}>
              (<Age atMs={Date.parse(decision.at)} nowMs={now} />)
            </span>
          </Fact>
        )}
      </dl>
      {config === null || fleet.pointer === 'written' || fleet.pointer === null ? null : (
        <Rewrite config={config} why={f.pointer[fleet.pointer]} />
      )}
    </section>
  )
}

const Fact = ({
  word,
  isTall = false,
  children,
}: {
  word: string
  isTall?: boolean
  children: ReactNode
}) => (
  <div className={`${styles['fact']} ${isTall ? styles['tall'] : ''}`}>
    <dt>{word}</dt>
    <dd className="figures">{children}</dd>
  </div>
)

/** A class that this page's version does not know any more is told as it was asked for. */
const templateWords = (template: string): string =>
  isFleetTemplate(template) ? f.memory(fleetTemplates[template].vramGb) : template

/** The very same creation once more: it changes nothing of the fleet, and writes its document. */
function Rewrite({ config, why }: { config: NonNullable<FleetDetail['config']>; why: string }) {
  const queries = useQueryClient()
  const toast = useToast()
  const rewrite = useMutation({
    mutationFn: () => client.fleets.create({ body: { ...config, workflows: [] } }),
    onSuccess: fleet => {
      queries.setQueryData(fleets.show(fleet.stage, fleet.slug).queryKey, fleet)
      toast(f.rewritten)
    },
  })
  return (
    <div className={styles['repair']}>
      <p>{why}</p>
      {rewrite.isError ? <TroubleNote trouble={readTrouble(rewrite.error)} /> : null}
      <Button
        icon={RotateCcw}
        pending={rewrite.isPending}
        onPress={() => {
          rewrite.mutate()
        }}
      >
        {f.rewrite}
      </Button>
    </div>
  )
}

/** The way to its first worker. Once there is one, the steps are folded away. */
function Next({ fleet, hasWorkers }: { fleet: FleetDetail; hasWorkers: boolean }) {
  const title = hasWorkers ? f.doneTitle : f.next
  const steps = (
    <ol className={styles['steps']}>
      {bringUp(fleet).map(({ id, commands }) => (
        <li key={id} className={styles['step']}>
          <h3 className={styles['stepTitle']}>
            {f.steps[id].title}
            {id === 'create' && fleet.pointer !== null ? (
              <StatusChip row={status.pointer[fleet.pointer]} />
            ) : null}
          </h3>
          <p>{f.steps[id].text}</p>
          <div className={styles['commands']}>
            {commands.map(command => (
              <CommandLine
                key={command}
                command={command}
                label={f.copyCommand(command)}
                done={t.app.copied}
              />
            ))}
          </div>
        </li>
      ))}
    </ol>
  )
  return (
    <section className={styles['panel']} aria-label={title}>
      <h2 className={styles['h2']}>{title}</h2>
      <p className={styles['shy']}>{hasWorkers ? f.doneText : f.nextText}</p>
      {hasWorkers ? (
        <details className={styles['again']}>
          <summary>
            <ChevronDown aria-hidden />
            {f.again}
          </summary>
          {steps}
        </details>
      ) : (
        steps
      )}
    </section>
  )
}
