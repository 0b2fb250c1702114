import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { cloudMetrics } from '@bp/contracts/metrics'
import { documents, synthesize } from '../../test/installations.ts'
import { shapes } from '../config/shapes.ts'
import { endpointServices } from '../constructs/endpoints.ts'
import { fleetCost, monthlyCost, counted, together as sumOf } from './monthly-cost.ts'

const together = (shape: keyof typeof shapes, onlyPaused = false) =>
  sumOf(monthlyCost(shapes[shape]).filter(line => line.isPaidPaused || !onlyPaused))

describe('the cost of a month in which nothing runs', () => {
  it('is what the shapes promise', () => {
    expect(together('recommended')).toBeGreaterThan(230)
    expect(together('recommended')).toBeLessThan(300)
    expect(together('cheapest')).toBeLessThan(85)
  })

  it('does not go away by pausing: network, door, database and cache stay', () => {
    expect(together('recommended', true)).toBeGreaterThan(150)
    expect(together('cheapest', true)).toBeGreaterThan(50)
    expect(together('cheapest', true)).toBeLessThan(together('cheapest'))
  })

  it('names every line, and no line is free', () => {
    for (const line of Object.values(shapes).flatMap(shape => monthlyCost(shape)))
      expect({ ...line, isCounted: line.usdMonth > 0 }).toMatchObject({
        what: expect.stringMatching(/\w/),
        isCounted: true,
      })
  })

  it('knows each way out', () => {
    const of = (nat: 'gateway' | 'regional' | 'instance' | 'none') =>
      sumOf(monthlyCost(shapes.cheapest, nat))
    expect(of('instance')).toBeLessThan(of('gateway'))
    expect(of('gateway')).toBeLessThan(of('regional'))
    expect(of('regional')).toBeLessThan(of('none'))
  })

  it('of a fleet is a few dollars', () => {
    expect(sumOf(fleetCost)).toBeGreaterThan(3)
    expect(sumOf(fleetCost)).toBeLessThan(10)
  })

  it('counts what the templates hold', { timeout: 60_000 }, () => {
    const app = synthesize(documents.recommended)
    const metrics = (isFleet: boolean) =>
      app
        .of('AWS::CloudWatch::Alarm')
        .filter(one => one.stack.startsWith('bp-gpu-fleet') === isFleet)
        .map(one =>
          z
            .array(z.looseObject({ MetricStat: z.unknown().optional() }))
            .default([{ MetricStat: {} }])
            .parse(one.Properties['Metrics'])
            .filter(metric => metric.MetricStat !== undefined),
        )
        .flat().length
    expect(counted).toEqual({
      secrets: synthesize(documents.cheapest).of('AWS::SecretsManager::Secret').length,
      coreAlarmMetrics: metrics(false),
      fleetAlarmMetrics: metrics(true),
      fleetMetrics: Object.values(cloudMetrics).filter(one => one.isAlways).length,
      endpoints: Object.keys(endpointServices).length,
      zones: app.config.zones.length,
      imageGb: 30,
    })
  })
})
