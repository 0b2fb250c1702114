import { expect, it } from 'vitest'
import { fleetTemplates, fleetTemplateSlugs } from '../fleets.ts'
import { DesiredConfig, FleetCreate } from './desired-config.ts'

const good = { stage: 'staging', slug: 'portraits', instance_types: ['g6.xlarge'], max: 2 }

it('takes a document of four fields, and fills in the rest', () => {
  expect(DesiredConfig.parse(good)).toEqual({
    ...good,
    name: '',
    template: 'gpu-24gb',
    min: 0,
    on_demand_max: 1,
  })
})

it('tells everything that is wrong at once, each with its place and its code', () => {
  const { error } = DesiredConfig.safeParse({
    stage: 'test',
    slug: 'Portraits_',
    instance_types: ['g6.xlarge', 'p5.48xlarge'],
    min: 3,
    max: 2,
  })
  const faults = error?.issues.map(({ path, ...issue }) => [
    path.join('.'),
    issue.code === 'custom' ? issue.params?.['code'] : issue.code,
  ])
  expect(faults).toEqual([
    ['stage', 'invalid_value'],
    ['slug', 'slug_invalid'],
    ['min', 'min_above_max'],
    ['instance_types.1', 'instance_type_unknown'],
  ])
  expect(error?.issues.at(-1)?.message).toContain('choose among g6.xlarge, g5.xlarge')
})

it('names the templates when it does not know one', () => {
  const { error } = DesiredConfig.safeParse({ ...good, template: 'huge' })
  expect(error?.issues.map(issue => issue.message)).toEqual([
    `template must be one of ${fleetTemplateSlugs.join(', ')}`,
  ])
})

it('lets a template choose the machines', () => {
  const { instance_types: _, ...rest } = good
  expect(FleetCreate.parse({ ...rest, template: 'gpu-48gb' })).toMatchObject({ workflows: 'all' })
  expect(DesiredConfig.safeParse(rest).success).toBe(false)
})

it('has templates whose machines stand in one class each, ten at most', () => {
  const types = Object.values(fleetTemplates).flatMap(template => [...template.instanceTypes])
  expect(new Set(types).size).toBe(types.length)
  for (const template of Object.values(fleetTemplates))
    expect(template.instanceTypes.length).toBeLessThanOrEqual(10)
})
