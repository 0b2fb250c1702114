import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'

/** What the emulator tells whoever plays the tasks and machines of its cloud. */
export const CloudEvent = z.discriminatedUnion('kind', [
  z.object({
    n: z.number(),
    kind: z.literal('task.run'),
    arn: z.string(),
    family: z.string(),
    image: z.string(),
    command: z.array(z.string()),
    environment: z.record(z.string(), z.string()),
    secrets: z.record(z.string(), z.string()),
    log: z.record(z.string(), z.string()),
  }),
  z.object({ n: z.number(), kind: z.literal('task.stopped'), arn: z.string() }),
  z.object({
    n: z.number(),
    kind: z.literal('instance.launched'),
    id: z.string(),
    group: z.string(),
    type: z.string(),
    az: z.string(),
    market: z.string(),
    image: z.string(),
    private_ip: z.string(),
    user_data: z.string(),
    account: z.string(),
    tags: z.record(z.string(), z.string()),
  }),
  z.object({ n: z.number(), kind: z.literal('instance.waits'), id: z.string(), group: z.string() }),
  z.object({
    n: z.number(),
    kind: z.literal('instance.terminated'),
    id: z.string(),
    group: z.string(),
  }),
])
export type CloudEvent = z.infer<typeof CloudEvent>
type EventOf<Kind extends CloudEvent['kind']> = Extract<CloudEvent, { kind: Kind }>
export type TaskRun = EventOf<'task.run'>
export type InstanceLaunched = EventOf<'instance.launched'>

const Page = z.object({ events: z.array(z.looseObject({ n: z.number(), kind: z.string() })) })
const waitSeconds = 20
const retryMs = 500

/**
 * Follows the emulator's journal until the signal. Kinds that nobody here plays are passed over. An emulator that does
 * not answer is asked again: it ends before we do, or it comes back.
 */
export async function followEvents(
  endpoint: string,
  onEvent: (event: CloudEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  let after = 0
  while (!signal.aborted) {
    try {
      const url = new URL(`/_bp/events?after=${after}&wait=${waitSeconds}`, endpoint)
      const answer = await fetch(url, { signal })
      for (const event of Page.parse(await answer.json()).events) {
        after = event.n
        const known = CloudEvent.safeParse(event)
        if (known.success) onEvent(known.data)
      }
    } catch {
      await sleep(retryMs, undefined, { signal }).catch(() => undefined)
    }
  }
}

/** Tells the emulator what a process did, or how it should behave. Throws when it refuses. */
export async function control(endpoint: string, path: string, body: object): Promise<void> {
  const answer = await fetch(new URL(`/_bp/${path}`, endpoint), {
    method: 'POST',
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`the emulator refused ${path}: ${await answer.text()}`)
}
