/** Jobs with everything their pages show: one door for handlers and live streams, so that both say the same. */
import { parseId, type AssetId, type JobId, type UserId, type WorkerId } from '@bp/contracts/ids'
import type { Asset } from '@bp/contracts/shapes/assets'
import type { Job } from '@bp/contracts/shapes/jobs'
import { isRecord } from '@bp/domain/workflows/is-record'
import { findMany } from '@bp/store/assets/find'
import type { JobView } from '@bp/store/jobs/job-view'
import { positions } from '@bp/store/jobs/positions'
import { show } from '@bp/store/jobs/show'
import type { Reader } from '@bp/store/store'
import type { WorkerView } from '@bp/store/workers/list'
import { show as showWorker } from '@bp/store/workers/show'
import type { Context } from '../../context.ts'
import { assetToWire } from '../assets/wire.ts'
import { jobToWire } from './wire.ts'

type Needs = Pick<Context, 'store' | 'objects' | 'fleetFacts' | 'config'>

/** The owner's job; undefined when it is absent or somebody else's. */
export async function readJob(
  key: { readonly id: JobId; readonly owner: UserId },
  context: Needs,
): Promise<Job | undefined> {
  const view = await context.store.read(reader => show(reader, key))
  return view === undefined ? undefined : (await jobsToWire([view], context))[0]
}

/** Places in line are counted for so many jobs of one answer; the rest have none, which the shape allows. */
const countedMax = 20

/** Views as the wire has them. The files of all inputs are read in one go, each with its own owner. */
export async function jobsToWire(
  views: readonly JobView[],
  context: Needs,
): Promise<readonly Job[]> {
  const { store, fleetFacts } = context
  return store.read(async reader => {
    const nowMs = await reader.now()
    // Signed once each: a page of runs often shows one photo many times.
    const files = new Map<AssetId, Asset>()
    for (const [owner, own] of Map.groupBy(views, view => view.userId)) {
      const ids = [...new Set(own.flatMap(view => assetIdsOf(view.info.input)))].slice(0, 500)
      if (ids.length === 0) continue
      for (const row of await findMany(reader, { ids, owner }))
        files.set(row.id, await assetToWire(row, context.objects))
    }
    const runners = await runnersOf(views, reader)
    const inLine = views.filter(view => view.place === 'ready').slice(0, countedMax)
    const ahead = await positions(reader, inLine)
    return Promise.all(
      views.map(async view =>
        jobToWire(view, {
          objects: context.objects,
          publicUrl: context.config.publicUrl,
          nowMs,
          inputAssets: assetIdsOf(view.info.input).flatMap(id => files.get(id) ?? []),
          fleet: view.waiting === undefined ? undefined : await fleetFacts.of(view.fleetId),
          ahead: ahead.get(view.id),
          scalerText: fleetFacts.decisionOf(view.fleetId)?.text ?? null,
          runner: view.lease === undefined ? undefined : runners.get(view.lease.workerId),
        }),
      ),
    )
  })
}

/** The machines that run these jobs now, by worker. */
export async function runnersOf(
  views: readonly JobView[],
  reader: Reader,
): Promise<ReadonlyMap<WorkerId, WorkerView>> {
  const ids = new Set(views.flatMap(view => view.lease?.workerId ?? []))
  const found = await Promise.all([...ids].map(id => showWorker(reader, id)))
  return new Map(found.flatMap(worker => (worker === undefined ? [] : [[worker.id, worker]])))
}

/** Ids of files that stand in an input, at its top level or in a list of files. */
function assetIdsOf(inputText: string): readonly AssetId[] {
  const input: unknown = JSON.parse(inputText)
  if (!isRecord(input)) return []
  return Object.values(input)
    .flatMap((value: unknown) => (Array.isArray(value) ? value.slice(0, 64) : [value]))
    .flatMap(value => (typeof value === 'string' ? (parseId('asset', value) ?? []) : []))
}
