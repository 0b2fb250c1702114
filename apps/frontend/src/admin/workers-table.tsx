import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Worker } from '@bp/contracts/shapes/workers'
import { can } from '../api/can.ts'
import { client } from '../api/client.ts'
import { readTrouble } from '../api/problems.ts'
import { workers } from '../api/query-options/console.ts'
import { TroubleNote } from '../api/trouble-note.tsx'
import { t } from '../text/en.ts'
import { formatAge } from '../text/format.ts'
import { Age } from '../ui/age.tsx'
import { Button } from '../ui/button.tsx'
import { StatusChip } from '../ui/status-chip.tsx'
import { status } from '../ui/status.ts'
import { useToast } from '../ui/toast.tsx'
import { Listing } from './listing.tsx'
import table from '../table/table.module.css'
import styles from './workers-table.module.css'

/** Workers with what they do, and the way to take one out. */
export function WorkersTable({
  workers: all,
  none = t.console.noWorkers,
  now,
}: {
  workers: readonly Worker[]
  none?: string
  now: number
}) {
  const c = t.console
  return (
    <Listing
      title={c.workers}
      none={none}
      columns={[
        { word: c.worker },
        { word: c.state },
        { word: c.load },
        { word: c.beat, figure: true },
        { word: c.age, figure: true },
        { word: c.actions, hidden: true },
      ]}
      rows={all.map(worker => (
        <WorkerRow key={worker.id} worker={worker} now={now} />
      ))}
    />
  )
}

const Machine = ({ worker }: { worker: Worker }) => (
  <span>
    <strong className={styles['strong']}>{worker.instance}</strong>
    <span className={table['mainSub']}>{`${worker.stage}/${worker.fleet}`}</span>
  </span>
)

function WorkerRow({ worker, now }: { worker: Worker; now: number }) {
  const c = t.console
  const queries = useQueryClient()
  const toast = useToast()
  const drain = useMutation({
    mutationFn: () => client.workers.drain({ params: { id: worker.id } }),
    onSuccess: () => {
      toast(c.drained)
      void queries.invalidateQueries({ queryKey: workers.list().queryKey })
    },
  })
  const seen = worker.last_seen_at
  return (
    <>
      <tr>
        <td>
          <Machine worker={worker} />
        </td>
        <td data-label={c.state}>
          <span className={styles['chips']}>
            <StatusChip row={status.worker[worker.state]} />
            {worker.health === 'good' || worker.state === 'ended' ? null : (
              <StatusChip row={status.workerHealth[worker.health]} />
            )}
          </span>
        </td>
        <td data-label={c.load} className="figures">
          {c.busyOf(worker.busy, worker.slots)}
        </td>
        <td data-label={c.beat} className={table['figure']}>
          {seen === null ? t.app.none : formatAge(Date.parse(seen), now)}
        </td>
        <td data-label={c.age} className={table['figure']}>
          <Age atMs={Date.parse(worker.started_at)} nowMs={now} />
        </td>
        <td className={table['end']}>
          <Button
            size="small"
            can={can.worker.drain(worker)}
            pending={drain.isPending}
            onPress={() => {
              drain.mutate()
            }}
          >
            {c.drain}
          </Button>
        </td>
      </tr>
      {drain.isError ? (
        <tr>
          <td colSpan={6}>
            <TroubleNote trouble={readTrouble(drain.error)} />
          </td>
        </tr>
      ) : null}
    </>
  )
}
