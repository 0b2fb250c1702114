import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigFault, readConfig } from './config.ts'
import { loadConfig } from './load.ts'

const good = { account: '111122223333', alert_email: 'ops@example.com', budget_usd_month: 400 }
const fleet = { stage: 'staging', slug: 'portraits', instance_types: ['g6.xlarge'], max: 2 }

function faultsOf(act: () => unknown): readonly string[] {
  try {
    act()
  } catch (error) {
    if (error instanceof ConfigFault) return error.faults
    throw error
  }
  return []
}

describe('the configuration', () => {
  it('needs an account, an address for alarms and a budget', () => {
    expect(readConfig(good)).toMatchObject({
      shapeName: 'recommended',
      region: 'us-east-1',
      zones: ['us-east-1b', 'us-east-1c'],
      nat: 'gateway',
      fleets: [],
    })
  })

  it('lets a shape decide, and a setting decide differently', () => {
    expect(readConfig({ ...good, shape: 'cheapest' }).nat).toBe('instance')
    expect(readConfig({ ...good, shape: 'cheapest', nat: 'regional' }).nat).toBe('regional')
  })

  const certificate = (region: string) =>
    `arn:aws:acm:${region}:111122223333:certificate/12345678-1234-1234-1234-123456789012`
  it.each([
    ['no account', { account: undefined }, 'account: is missing: sign in to AWS'],
    ['no budget at all', { budget_usd_month: undefined }, 'budget_usd_month: must be a number'],
    ['an unknown shape', { shape: 'big' }, 'shape: must be one of recommended, cheapest'],
    ['an unknown way out', { nat: 'vpn' }, 'nat: must be one of gateway, regional, instance, none'],
    [
      'fleets without a way out',
      { nat: 'none', fleets: [fleet] },
      'nat: must be gateway, regional or instance when there are fleets',
    ],
    [
      'an unknown cache',
      { cache_engine: 'memcached' },
      'cache_engine: must be one of redis, valkey',
    ],
    ['a region that is no text', { region: 3 }, 'region: must be a text in quotes'],
    [
      'an unknown stage',
      { fleets: [{ ...fleet, stage: 'prod' }] },
      'fleets.0.stage: stage must be',
    ],
    [
      'a bad slug',
      { fleets: [{ ...fleet, slug: 'My Fleet' }] },
      'fleets.0.slug: slug must be 1 to',
    ],
    [
      'a machine type of no template',
      { fleets: [{ ...fleet, instance_types: ['m5.large'] }] },
      'fleets.0.instance_types.0: m5.large is no machine of gpu-24gb',
    ],
    [
      'a template that is in no catalogue',
      { fleets: [{ ...fleet, template: 'gpu-1tb' }] },
      'fleets.0.template: template must be one of gpu-16gb',
    ],
    ['a fleet without max', { fleets: [{ ...fleet, max: undefined }] }, 'fleets.0.max: is missing'],
    [
      'a fleet that is too large',
      { fleets: [{ ...fleet, max: 101 }] },
      'fleets.0.max: may be at most 100',
    ],
    ['fleets that are no list', { fleets: 'portraits' }, 'fleets: must be a list'],
    ['a short account', { account: '1234' }, 'account: must be the 12 digits'],
    ['an unknown region', { region: 'mars-1' }, 'region: must be one of us-east-1'],
    ['a foreign zone', { zones: ['us-east-1a', 'eu-west-1a'] }, 'zones.1: must be a zone of'],
    ['one zone twice', { zones: ['us-east-1a', 'us-east-1a'] }, 'zones: must be two different'],
    ['an address with a scheme', { domain: 'https://a.example' }, 'domain: must be a host name'],
    [
      'a certificate elsewhere',
      { domain: 'a.example', certificate_arn: certificate('eu-west-1') },
      'certificate_arn: must be a certificate of us-east-1',
    ],
    [
      'a certificate for nobody',
      { certificate_arn: certificate('us-east-1') },
      'domain: is needed with a certificate',
    ],
    ['no address for alarms', { alert_email: 'me' }, 'alert_email: must be an e-mail address'],
    ['no budget', { budget_usd_month: 0 }, 'budget_usd_month: must be more than 0'],
    ['a key that is none', { media_public_key: 'abc' }, 'media_public_key: must be a public key'],
    [
      'a subject with a star',
      { github: { subject: 'repo:acme/*:environment:production', repository_id: '1' } },
      'github.subject: must be one exact subject',
    ],
    [
      'a subject without an environment',
      { github: { subject: 'repo:acme/bp:ref:refs/heads/main', repository_id: '1' } },
      'github.subject: must be one exact subject',
    ],
    [
      'a reserved slug',
      { fleets: [{ ...fleet, slug: 'portraits-od' }] },
      'fleets.0.slug: slug must be 1 to 32',
    ],
    [
      'a fleet twice',
      { fleets: [fleet, fleet] },
      'fleets.1: staging/portraits stands twice: remove one',
    ],
    ['min above max', { fleets: [{ ...fleet, min: 3 }] }, 'fleets.0.min: 3 is more than max'],
    ['a misspelt setting', { shpae: 'cheapest' }, 'shpae: no such setting'],
  ])('refuses %s', (_, change, said) => {
    const faults = faultsOf(() => readConfig({ ...good, ...change }))
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain(said)
  })

  it('tells all faults at once', () => {
    const faults = faultsOf(() => readConfig({ account: 'x', alert_email: 'y', shape: 'big' }))
    expect(faults.map(fault => fault.replace(/:.*/, '')).toSorted()).toEqual([
      'account',
      'alert_email',
      'budget_usd_month',
      'shape',
    ])
  })
})

describe('the configuration file', () => {
  const inFolder = (act: (folder: string) => void) => {
    const folder = mkdtempSync(join(tmpdir(), 'bp-config-'))
    try {
      act(folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  const surroundings = { account: '999988887777', region: 'eu-west-1' }

  it('takes account and region from the credentials, unless it names them itself', () => {
    inFolder(folder => {
      const file = join(folder, 'config.json')
      const { account, ...rest } = good
      writeFileSync(file, JSON.stringify(rest))
      expect(loadConfig(file, surroundings)).toMatchObject({
        account: '999988887777',
        region: 'eu-west-1',
      })
      writeFileSync(file, JSON.stringify(good))
      expect(loadConfig(file, surroundings).account).toBe(account)
    })
  })

  it('takes fleets from their own documents', () => {
    inFolder(folder => {
      const file = join(folder, 'config.json')
      writeFileSync(join(folder, 'portraits.json'), JSON.stringify(fleet))
      writeFileSync(file, JSON.stringify({ ...good, fleets: ['portraits.json'] }))
      expect(loadConfig(file, surroundings).fleets).toMatchObject([{ slug: 'portraits', min: 0 }])
    })
  })

  it('says what to do when it is not there or not readable', () => {
    inFolder(folder => {
      const file = join(folder, 'config.json')
      expect(faultsOf(() => loadConfig(file, surroundings))[0]).toContain('config.example.json')
      writeFileSync(file, '{')
      expect(faultsOf(() => loadConfig(file, surroundings))[0]).toContain('could not be read as')
    })
  })
})
