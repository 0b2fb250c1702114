import { randomBytes } from 'node:crypto'
import type { UserId, WorkerId } from '@bp/contracts/ids'
import { limits } from '@bp/contracts/limits'
import { ensure } from '@bp/store/fleets/ensure'
import type { NewJob } from '@bp/store/jobs/new-job'
import { submit } from '@bp/store/jobs/submit'
import { grant } from '@bp/store/leases/grant'
import type { Granted } from '@bp/store/leases/granted'
import type { NewOutput } from '@bp/store/leases/lease-end'
import type { LeaseKey } from '@bp/store/leases/lease-key'
import type { Store } from '@bp/store/store'
import { ready } from '@bp/store/workers/ready'
import { register } from '@bp/store/workers/register'

/** A fleet with people and workers, for tests of the queue. */
export interface QueueFixture {
  readonly fleetId: number
  /** A person of their own. */
  user(): UserId
  /** A registered worker that is ready. */
  worker(): Promise<WorkerId>
  /** A job of a bare graph, not submitted. */
  job(more?: Partial<NewJob> & { readonly userId: UserId }): NewJob
  /** Submits one job and answers it. Throws when it is refused. */
  submitted(more?: Partial<NewJob> & { readonly userId: UserId }): Promise<NewJob>
  /** Grants to one worker. */
  grantTo(workerId: WorkerId, slots?: number, store?: Store): Promise<readonly Granted[]>
}

/** Makes `production/test`, which takes bare graphs. */
export async function queueFixture(store: Store): Promise<QueueFixture> {
  const fleet = await store.write(async writer =>
    ensure(writer, {
      stage: 'production',
      slug: 'test',
      name: 'Test',
      dials: '{}',
      generation: 'g1',
      bareGraphs: true,
    }),
  )
  const user = (): UserId => store.ids.next()
  const job = (more?: Partial<NewJob> & { readonly userId: UserId }): NewJob => ({
    id: store.ids.next(),
    userId: more?.userId ?? user(),
    fleetId: fleet.id,
    prio: 'normal',
    models: [],
    costMs: 10_000,
    runMsMax: 60_000,
    lossesMax: limits.lossesMax,
    payload: { codec: 'bytes', body: Buffer.from('{"graph":{}}') },
    info: { kind: 'graph', api: 'v1', flags: 0, tags: [], metadata: {}, input: '{}' },
    assets: [],
    ...more,
  })
  return {
    fleetId: fleet.id,
    user,
    job,
    worker: async () =>
      store.write(async writer => {
        const answer = await register(writer, {
          fleetId: fleet.id,
          market: 'local',
          instance: `local-${randomBytes(4).toString('hex')}`,
          bootHash: randomBytes(32),
          tokenHash: randomBytes(32),
          protocol: 1,
          generation: 'g1',
          slots: 1,
          hardware: '{}',
        })
        if ('refused' in answer) throw new Error(answer.refused)
        await ready(writer, answer.workerId)
        return answer.workerId
      }),
    submitted: async more => {
      const made = job(more)
      const [answer] = await store.write(async writer => submit(writer, [made]))
      if (answer === undefined || 'refused' in answer) throw new Error('the job was refused')
      return made
    },
    grantTo: async (workerId, slots = 1, on = store) =>
      on.write(async writer =>
        grant(writer, {
          fleetId: fleet.id,
          waiters: [{ workerId, claimId: randomBytes(16), slots }],
        }),
      ),
  }
}

/** The key that a worker would send for this lease. */
export const keyOf = (granted: Granted): LeaseKey => ({
  jobId: granted.jobId,
  epoch: granted.epoch,
  secret: granted.secret,
  workerId: granted.workerId,
})

/** One output picture as a worker reports it. */
export const anOutput = (name = 'picture.webp'): NewOutput => ({
  key: 'picture',
  nodeId: '9',
  name,
  kind: 'image',
  contentType: 'image/webp',
  sizeBytes: 1_234,
  sha256: randomBytes(32),
  width: 64,
  height: 48,
  objectKey: `jobs/test/${name}`,
})
