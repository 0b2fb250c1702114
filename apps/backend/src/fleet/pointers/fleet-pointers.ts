import type { Stage } from '@bp/contracts/fleets'
import { DesiredConfig } from '@bp/contracts/shapes/desired-config'

/** Where the desired configs of fleets rest, for those who cannot ask the backend. */
export interface FleetPointers {
  /** Writes a fleet's document over what stood there. The same again changes nothing. */
  put(config: DesiredConfig, signal?: AbortSignal): Promise<void>
  /** Undefined: there is none, or what stands there is no document of ours. */
  get(
    fleet: { readonly stage: Stage; readonly slug: string },
    signal?: AbortSignal,
  ): Promise<DesiredConfig | undefined>
}

/** A document as it was written, by us or by an operator's hand. */
export function readPointer(text: string | undefined): DesiredConfig | undefined {
  if (text === undefined) return undefined
  try {
    return DesiredConfig.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
