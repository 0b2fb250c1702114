/** A fleet's desired config and its row say the same, in two spellings. */
import { fleetTemplates, isFleetTemplate } from '@bp/contracts/fleets'
import { DesiredConfig, type FleetCreate } from '@bp/contracts/shapes/desired-config'
import type { NewFleet } from '@bp/store/fleets/create'
import type { FleetRow } from '@bp/store/fleets/rows'

/** What a body asks for, whole: without machine types of its own a fleet takes those of its template. */
export function configOf(asked: FleetCreate): DesiredConfig {
  const { stage, slug, name, template, min, max, on_demand_max } = asked
  const ofTemplate = isFleetTemplate(template) ? fleetTemplates[template].instanceTypes : []
  return {
    stage,
    slug,
    template,
    min,
    max,
    on_demand_max,
    name: name === '' ? slug : name,
    instance_types: asked.instance_types ?? [...ofTemplate],
  }
}

export const rowOf = ({
  stage,
  slug,
  name,
  template,
  instance_types,
  ...dials
}: DesiredConfig): NewFleet => ({
  stage,
  slug,
  name,
  template,
  instanceTypes: instance_types.join(','),
  dials: JSON.stringify(dials),
})

/** The config behind a row; undefined for the fleet of this machine, which no stack is made from. */
export function configOfRow(row: FleetRow): DesiredConfig | undefined {
  if (row.template === '') return undefined
  const { stage, slug, name, template } = row
  const dials: unknown = JSON.parse(row.dials)
  return DesiredConfig.parse({
    ...(typeof dials === 'object' ? dials : {}),
    stage,
    slug,
    name,
    template,
    instance_types: row.instanceTypes.split(','),
  })
}

/** One text for one config, whatever order its fields came in. */
export const configText = (config: DesiredConfig): string => {
  const sorted = Object.entries(config).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(Object.fromEntries(sorted))
}
