import { z } from 'zod'
import { paths } from '@bp/contracts/paths'
import { asOwner } from './api.ts'
import type { Scene } from './scene.ts'

const Workers = z.object({
  data: z.array(z.looseObject({ id: z.string(), instance: z.string(), state: z.string() })),
})
type Worker = z.infer<typeof Workers>['data'][number]

/** The live worker of a machine, as the console sees it. */
export async function workerOf(scene: Scene, instance: string): Promise<Worker | undefined> {
  const { data } = await asOwner(scene, paths['workers.list'], Workers)
  return data.find(one => one.instance === instance && one.state !== 'ended')
}
