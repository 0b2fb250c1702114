/** What the form of a fleet holds, what is wrong with it, and what is sent. Names are those of the wire. */
import {
  fleetTemplates,
  isFleetSlug,
  type FleetTemplateSlug,
  type Stage,
} from '@bp/contracts/fleets'
import type { RouteBodyIn } from '@bp/contracts/routes'
import { fleetWords as f } from '../../text/en-fleets.ts'

export interface FleetDraft {
  readonly stage: Stage
  readonly slug: string
  readonly name: string
  readonly template: FleetTemplateSlug
  readonly instance_types: readonly string[]
  /** Numbers as they are typed: a text is no number yet. */
  readonly min: unknown
  readonly max: unknown
  readonly on_demand_max: unknown
  readonly serves: 'all' | 'some' | 'none'
  readonly workflows: readonly string[]
}

/** Fields that can be to blame, in the order of the form. */
export const fleetFields = [
  'stage',
  'slug',
  'name',
  'template',
  'instance_types',
  'min',
  'max',
  'on_demand_max',
  'workflows',
] as const
export type FleetField = (typeof fleetFields)[number]
export type FleetFaults = Partial<Readonly<Record<FleetField, string>>>
export const isFleetField = (name: string): name is FleetField =>
  fleetFields.some(field => field === name)

const first: FleetTemplateSlug = 'gpu-24gb'
/** The smallest useful fleet: nothing while nobody waits, one machine otherwise. */
export const newFleet: FleetDraft = {
  stage: 'production',
  slug: '',
  name: '',
  template: first,
  instance_types: fleetTemplates[first].instanceTypes,
  min: 0,
  max: 1,
  on_demand_max: 1,
  serves: 'all',
  workflows: [],
}

/** The highest numbers that a fleet may ask for; the check of contracts has the last word. */
const most = { size: 100, onDemand: 20, slug: 32, name: 80 } as const

/**
 * All that is wrong, each at its field; the same fields that the backend would blame (a test holds them together, since
 * its check cannot come into the browser).
 */
export function fleetFaults(draft: FleetDraft): FleetFaults {
  const { min, max, on_demand_max: onDemand } = draft
  const name = draft.name.trim()
  const found: Record<FleetField, string | undefined> = {
    stage: undefined,
    slug: slugFault(draft.slug),
    name: name.length > most.name ? f.faults.nameLong(name.length) : undefined,
    template: undefined,
    instance_types: draft.instance_types.length === 0 ? f.faults.types : undefined,
    min:
      wholeFault(min, most.size) ??
      // Against a most that is wrong itself nothing can be said.
      (wholeFault(max, most.size) === undefined && Number(min) > Number(max)
        ? f.faults.minAboveMax(Number(max))
        : undefined),
    max: wholeFault(max, most.size),
    on_demand_max: wholeFault(onDemand, most.onDemand),
    workflows:
      draft.serves === 'some' && draft.workflows.length === 0 ? f.faults.workflows : undefined,
  }
  const faults: Partial<Record<FleetField, string>> = {}
  for (const field of fleetFields) {
    const fault = found[field]
    if (fault !== undefined) faults[field] = fault
  }
  return faults
}

/** Which rule of `isFleetSlug` a slug breaks; undefined: none. */
function slugFault(slug: string): string | undefined {
  if (isFleetSlug(slug)) return undefined
  if (slug === '') return f.faults.slugEmpty
  if (!/^[a-z0-9-]+$/.test(slug)) return f.faults.slugLetters
  if (slug.length > most.slug) return f.faults.slugLong(slug.length)
  if (slug === 'none') return f.faults.slugNone
  return /^-|-$/.test(slug) ? f.faults.slugEnds : f.faults.slugSibling
}

const wholeFault = (value: unknown, high: number): string | undefined =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= high
    ? undefined
    : f.faults.whole(0, high)

/** What is sent for a draft without faults. Machine types go in the order that the template prefers. */
export function fleetBody(draft: FleetDraft): RouteBodyIn<'fleets.create'> {
  const types: readonly string[] = fleetTemplates[draft.template].instanceTypes
  return {
    stage: draft.stage,
    slug: draft.slug,
    name: draft.name.trim(),
    template: draft.template,
    instance_types: types.filter(type => draft.instance_types.includes(type)),
    min: Number(draft.min),
    max: Number(draft.max),
    on_demand_max: Number(draft.on_demand_max),
    workflows: draft.serves === 'all' ? 'all' : draft.serves === 'none' ? [] : [...draft.workflows],
  }
}
