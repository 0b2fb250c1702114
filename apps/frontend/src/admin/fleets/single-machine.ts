import { names } from '@bp/contracts/names'
import type { Fleet } from '@bp/contracts/shapes/fleets'

type FleetKey = Pick<Fleet, 'stage' | 'slug'>

/** A fleet as people and paths name it: `staging/portraits`. */
export const fleetKey = ({ stage, slug }: FleetKey): string => `${stage}/${slug}`

/** The one whose workers are processes of this machine. */
export const isOwnFleet = (fleet: FleetKey): boolean =>
  fleetKey(fleet) === fleetKey(names.localFleet)

/** Whether bp runs on one machine: only there the backend keeps a fleet of its own, and starts no others. */
export const isSingleMachine = (fleets: readonly FleetKey[]): boolean => fleets.some(isOwnFleet)
