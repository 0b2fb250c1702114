/** A worker as the wire sees it, without an engine: tests say what it does and when. */
import { randomUUID } from 'node:crypto'
import type {
  BeatAnswer,
  EndAnswer,
  Lease,
  LeaseAnswer,
  OutputsAnswer,
} from '@bp/contracts/shapes/leases'
import type { Registered } from '@bp/contracts/shapes/workers'
import {
  announcement,
  fleetSecret,
  picture,
  putBytes,
  type Answer,
  type TestBackend,
} from './test-backend.ts'

export interface FakeWorker {
  readonly id: string
  readonly token: string
  call<Body = Record<string, unknown>>(path: string, body: unknown): Promise<Answer<Body>>
  ask(more?: Readonly<Record<string, unknown>>): Promise<Answer<LeaseAnswer>>
  /** Asks until there is a lease. */
  lease(): Promise<Lease>
  beat(leases: readonly Lease[]): Promise<Answer<BeatAnswer>>
  /** Brings one picture for the lease, and says what it brought. */
  bring(lease: Lease, bytes?: Uint8Array): Promise<Readonly<Record<string, unknown>>>
  complete(
    lease: Lease,
    outputs: readonly Readonly<Record<string, unknown>>[],
  ): Promise<Answer<EndAnswer>>
}

export const keyOf = ({ job, epoch, secret }: Lease) => ({ job, epoch, secret })

export async function startFakeWorker(
  test: TestBackend,
  options: { readonly instance?: string; readonly ready?: boolean } = {},
): Promise<FakeWorker> {
  const registered = await test.call<Registered>('POST', '/api/worker/v1/register', {
    bearer: fleetSecret,
    body: {
      stage: 'production',
      fleet: 'local',
      launch: null,
      instance: options.instance ?? `fake-${randomUUID().slice(0, 8)}`,
      boot_id: randomUUID(),
      protocol: 1,
      versions: {},
      hardware: { gpu: null, vram_bytes: null, ram_bytes: 1, disk_free_bytes: null },
      slots: 1,
    },
  })
  if (registered.status !== 201) throw new Error(JSON.stringify(registered.body))
  const { worker: id, token } = registered.body
  const call: FakeWorker['call'] = (path, body) =>
    test.call('POST', `/api/worker/v1/${path}`, { bearer: token, body })
  if (options.ready !== false) await call('phase', { phase: 'ready', took_ms: 5, health: 'good' })

  const ask: FakeWorker['ask'] = (more = {}) =>
    call('lease', { claim_id: randomUUID(), slots: 1, ...more })
  return {
    id,
    token,
    call,
    ask,
    lease: async () => {
      const { body } = await ask()
      const [lease] = body.leases
      if (lease === undefined) throw new Error(`no lease came: ${JSON.stringify(body)}`)
      return lease
    },
    beat: leases =>
      call('beat', {
        leases: leases.map(lease => ({
          ...keyOf(lease),
          phase: 'executing',
          progress: {
            value: 0.5,
            nodes_done: 1,
            nodes_total: 2,
            current_node: '2',
            current_node_class: 'ImageBlur',
            step: null,
            steps: null,
            message: null,
          },
        })),
      }),
    bring: async (lease, bytes) => {
      const made = bytes ?? (await picture('#999999'))
      const file = { n: 0, ...announcement(made, 'image/png', 'blur_00001_.png') }
      const { body } = await call<OutputsAnswer>('outputs', { lease: keyOf(lease), files: [file] })
      const [plan] = body.files
      if (plan === undefined) throw new Error(`no plan came: ${JSON.stringify(body)}`)
      if (bytes === undefined || bytes.byteLength > 0) await putBytes(plan, made)
      return {
        ...file,
        node_id: '3',
        key: 'picture',
        kind: 'image',
        object_key: plan.object_key,
        reused: false,
        width: 32,
        height: 24,
        duration_ms: null,
        fps: null,
        thumbnails: [],
      }
    },
    complete: (lease, outputs) =>
      call('complete', {
        leases: [{ ...keyOf(lease), outputs, timings: { load_ms: 1, run_ms: 2, upload_ms: 3 } }],
      }),
  }
}
