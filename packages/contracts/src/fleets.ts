/** A fleet is (stage, slug): machine template, size limits, and the workflows it serves. */
import { closedList } from './closed-list.ts'

export const stages = closedList('stage', { staging: 1, production: 2 })
export type Stage = (typeof stages.words)[number]

/** Which machines a lane's jobs may run on. */
export const laneMarkets = closedList('lane market', { any: 0, on_demand: 1 })
export type LaneMarket = (typeof laneMarkets.words)[number]

/** Bits of `lane.paused` and `pause.bit`: who has paused it. 0 = open. */
export const pauseBits = closedList('pause', { workflow: 1, fleet: 2, queue: 4, budget: 8 })
export type PauseBit = (typeof pauseBits.words)[number]

/** Life of a machine in the launch plan: planned → requested → launched → registered → ready → draining → ended. */
export const launchStates = closedList('launch state', {
  planned: 0,
  requested: 1,
  launched: 2,
  registered: 3,
  ready: 4,
  draining: 5,
  ended: 6,
})
export type LaunchState = (typeof launchStates.words)[number]
export const launchTransitions: Readonly<Record<LaunchState, readonly LaunchState[]>> = {
  planned: ['requested', 'ended'],
  requested: ['launched', 'ended'],
  launched: ['registered', 'ended'],
  registered: ['ready', 'draining', 'ended'],
  ready: ['draining', 'ended'],
  draining: ['ended'],
  ended: [],
}

/** Why a launch ended. `none` while it has not. */
export const launchEndReasons = closedList('launch end reason', {
  none: 0,
  abandoned: 1,
  no_capacity: 2,
  quota: 3,
  refused: 4,
  unresolved: 5,
  never_running: 6,
  never_registered: 7,
  never_ready: 8,
  drained: 9,
  lost: 10,
  spot: 11,
  vanished: 12,
  operator: 13,
})
export type LaunchEndReason = (typeof launchEndReasons.words)[number]
export const launchOrigins = closedList('launch origin', { scaler: 1, foreign: 2 })
export const launchCallStates = closedList('launch call state', {
  planned: 0,
  requested: 1,
  done: 2,
  failed: 3,
  unresolved: 4,
})

/** `^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`, without `none` and without another fleet's `-od` sibling. */
export function isFleetSlug(text: string): boolean {
  return (
    /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(text) && text !== 'none' && !text.endsWith('-od')
  )
}

/**
 * Classes of machines that a fleet can be made of, by video memory. Every machine of a class runs the same workflows, so
 * Spot may give whichever it has. The preferred machine stands first.
 */
export const fleetTemplates = {
  'gpu-16gb': {
    title: '16 GB of video memory: small image models',
    vramGb: 16,
    instanceTypes: ['g4dn.xlarge', 'g4dn.2xlarge', 'g4dn.4xlarge'],
  },
  'gpu-24gb': {
    title: '24 GB of video memory: image models, short clips',
    vramGb: 24,
    instanceTypes: [
      'g6.xlarge',
      'g5.xlarge',
      'g6.2xlarge',
      'g5.2xlarge',
      'g6.4xlarge',
      'g5.4xlarge',
    ],
  },
  'gpu-48gb': {
    title: '48 GB of video memory: video models',
    vramGb: 48,
    instanceTypes: ['g6e.xlarge', 'g6e.2xlarge', 'g6e.4xlarge'],
  },
  'gpu-80gb': {
    title: '80 GB of video memory: the largest models',
    vramGb: 80,
    instanceTypes: ['p5.4xlarge'],
  },
} as const satisfies Record<string, FleetTemplate>
interface FleetTemplate {
  readonly title: string
  readonly vramGb: number
  readonly instanceTypes: readonly string[]
}
export type FleetTemplateSlug = keyof typeof fleetTemplates
export const isFleetTemplate = (text: string): text is FleetTemplateSlug =>
  Object.hasOwn(fleetTemplates, text)
export const fleetTemplateSlugs: readonly FleetTemplateSlug[] =
  Object.keys(fleetTemplates).filter(isFleetTemplate)
