import { expect, it } from 'vitest'
import { fleetTemplates } from '@bp/contracts/fleets'
import { FleetCreate } from '@bp/contracts/shapes/desired-config'
import { fleetBody, fleetFaults, newFleet, type FleetDraft } from './fleet-draft.ts'

const good: FleetDraft = { ...newFleet, slug: 'portraits' }
const cases: readonly Partial<FleetDraft>[] = [
  {},
  ...[
    '',
    '-',
    'a-',
    '-a',
    'A',
    'a b',
    'ä',
    'none',
    'x-od',
    'od',
    'x'.repeat(32),
    'x'.repeat(33),
    '0',
  ].map(slug => ({ slug })),
  { name: 'x'.repeat(80) },
  { name: ` ${'x'.repeat(80)} ` },
  { name: 'x'.repeat(81) },
  { instance_types: [] },
  ...[0, 100, 101, -1, 1.5, 'two', undefined].flatMap(value => [
    { max: value },
    { min: value, max: 100 },
    { on_demand_max: value },
  ]),
  { on_demand_max: 20 },
  { on_demand_max: 21 },
  { min: 3, max: 2 },
  { slug: 'None', min: 3, max: 2, instance_types: [], name: 'x'.repeat(81) },
]

it.each(cases)('blames the same fields as the check of the backend: %j', change => {
  const draft = { ...good, ...change }
  const sent = fleetBody(draft)
  const answer = FleetCreate.safeParse({
    ...sent,
    min: draft.min,
    max: draft.max,
    on_demand_max: draft.on_demand_max ?? null,
  })
  const blamed = new Set(answer.error?.issues.map(issue => String(issue.path[0])))
  // The form has no field that may be left out: an empty number is a fault here, a default there.
  if ('min' in change && change.min === undefined) blamed.add('min')
  // Nor is the least blamed for a most that is wrong itself.
  if (blamed.has('max') && Number(draft.min) <= 100 && Number(draft.min) >= 0) blamed.delete('min')
  expect(Object.keys(fleetFaults(draft)).toSorted()).toEqual([...blamed].toSorted())
})

it('sends the machine types in the order that the template prefers', () => {
  const [preferred, second] = fleetTemplates['gpu-24gb'].instanceTypes
  expect(fleetBody({ ...good, instance_types: [second, preferred] }).instance_types).toEqual([
    preferred,
    second,
  ])
})

it('says which workflows: all, those that were chosen, or none', () => {
  const chosen: FleetDraft = { ...good, workflows: ['blur'] }
  expect(fleetBody(chosen).workflows).toBe('all')
  expect(fleetBody({ ...chosen, serves: 'some' }).workflows).toEqual(['blur'])
  expect(fleetBody({ ...chosen, serves: 'none' }).workflows).toEqual([])
  expect(fleetFaults({ ...good, serves: 'some' })).toHaveProperty('workflows')
})
