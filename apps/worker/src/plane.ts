/** The worker plane as the agent uses it: the same client as everybody's, with the worker's token and its time limits. */
import { createClient, type Client } from '@bp/client'
import { paths } from '@bp/contracts/paths'

export interface Plane extends Pick<Client, 'leases' | 'workers'> {
  /** The latest lease answer as it came, in which the numbers of a graph still have all their digits. */
  leaseText(): string
}

/** A plane whose bearer is the fleet secret (to register) or the worker's token (for everything else). */
export function openPlane(url: string, bearer: string): Plane {
  let leaseText = ''
  const { leases, workers } = createClient({
    baseUrl: url,
    headers: () => ({ authorization: `Bearer ${bearer}` }),
    fetch: async (input, init) => {
      const response = await globalThis.fetch(input, init)
      if (input !== url + paths['leases.grant'].path || !response.ok) return response
      leaseText = await response.text()
      return new Response(leaseText, { status: response.status })
    },
  })
  return { leases, workers, leaseText: () => leaseText }
}

/** Time limits of the calls. */
export const callMs = {
  /** A long poll is answered after at most 25 s. */
  lease: 35_000,
  /** Shorter than the pause between two beats, so that a hung connection costs one beat. */
  beat: 5_000,
  /** The backend looks at every object before it accepts. */
  end: 30_000,
  other: 10_000,
} as const
