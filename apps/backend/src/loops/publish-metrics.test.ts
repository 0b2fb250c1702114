import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FleetPoints } from '../fleet/cloud-watch.ts'
import { startFakeWorker } from '../testing/fake-worker.ts'
import { openTestBackend, type TestBackend } from '../testing/test-backend.ts'
import { createLeader } from './leader.ts'
import { createPublisher, publishLeaseMs } from './publish-metrics.ts'

const { signal } = new AbortController()

describe('the publisher of the fleets’ numbers', () => {
  let test: TestBackend
  beforeAll(async () => {
    test = await openTestBackend()
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const publisherOf = (owner: string, sent: (readonly FleetPoints[])[], fails = false) => {
    const { context } = test.backend
    const leader = createLeader(context.store, 'publish test', owner, publishLeaseMs)
    const publisher = createPublisher({
      context,
      cloudWatch: {
        publish: async fleets => {
          if (fails) throw new Error('nobody answers')
          sent.push(fleets)
        },
      },
      leader,
      nowMs: Date.now,
    })
    return { leader, publisher }
  }

  it('sends what is known of every fleet, and what happened since', async () => {
    const sent: (readonly FleetPoints[])[] = []
    const { leader, publisher } = publisherOf('one', sent)
    await publisher.tick(signal)
    const worker = await startFakeWorker(test)
    const asking = worker.lease()
    await test.submitBlur(test.owner)
    const lease = await asking
    await worker.complete(lease, [await worker.bring(lease)])
    await publisher.tick(signal)
    await leader.resign()
    const namesIn = (at: number) => sent[at]?.[0]?.points.map(point => point.name)
    expect(sent.map(fleets => fleets.map(({ stage, slug }) => `${stage}/${slug}`))).toEqual([
      ['production/local'],
      ['production/local'],
    ])
    expect(namesIn(0)).not.toContain('ErrorRate')
    expect(sent[1]?.[0]?.points).toContainEqual({ name: 'ErrorRate', value: 0 })
  })

  it('is one of many, and the next one when that one resigns', async () => {
    const sent: (readonly FleetPoints[])[] = []
    const one = publisherOf('one', sent)
    const two = publisherOf('two', sent)
    await one.publisher.tick(signal)
    await two.publisher.tick(signal)
    expect(sent).toHaveLength(1)
    await one.leader.resign()
    await two.publisher.tick(signal)
    expect(sent).toHaveLength(2)
    await two.leader.resign()
  })

  it('counts what did not arrive', async () => {
    const { counters } = test.backend.context
    const { leader, publisher } = publisherOf('one', [], true)
    await expect(publisher.tick(signal)).rejects.toThrow('nobody answers')
    await expect(publisher.tick(signal)).rejects.toThrow('nobody answers')
    expect(counters.valueOf('bp_publish_failures_total')).toBe(2)
    await leader.resign()
  })
})
