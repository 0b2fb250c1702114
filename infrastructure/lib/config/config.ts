/** The one configuration of an installation. Everything else in this room follows from it. */
import { z } from 'zod'
import { DesiredConfig } from '@bp/contracts/shapes/desired-config'
import { regionZones } from './regions.ts'
import { shapes, type Shape } from './shapes.ts'

const natModes = ['gateway', 'regional', 'instance', 'none'] as const
export type NatMode = (typeof natModes)[number]

const certificateArn = /^arn:aws:acm:([a-z0-9-]+):(\d{12}):certificate\/[0-9a-f-]+$/
const publicKey = /^-----BEGIN PUBLIC KEY-----\s[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/

const Input = z
  .strictObject({
    shape: z.enum(['recommended', 'cheapest']).default('recommended'),
    account: z.string().regex(/^\d{12}$/, { error: 'must be the 12 digits of an AWS account' }),
    region: z
      .string()
      .refine(region => Object.hasOwn(regionZones, region), {
        error: `must be one of ${Object.keys(regionZones).join(', ')}`,
      })
      .default('us-east-1'),
    zones: z
      .tuple([z.string(), z.string()], {
        error: 'must be two zones, like ["us-east-1a", "us-east-1b"]',
      })
      .optional(),
    domain: z
      .string()
      .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, {
        error: 'must be a host name like app.example.com, without https://',
      })
      .optional(),
    certificate_arn: z
      .string()
      .regex(certificateArn, { error: 'must be the ARN of a certificate of ACM' })
      .optional(),
    alert_email: z.email({ error: 'must be an e-mail address: alarms are sent there' }),
    budget_usd_month: z
      .number({ error: 'must be a number of dollars a month' })
      .positive({ error: 'must be more than 0 dollars a month' }),
    nat: z.enum(natModes).optional(),
    cache_engine: z.enum(['redis', 'valkey']).optional(),
    media_public_key: z
      .string()
      .regex(publicKey, { error: 'must be a public key in PEM form (BEGIN PUBLIC KEY)' })
      .optional(),
    github: z
      .strictObject({
        subject: z.string().regex(/^repo:[^*?\s]+\/[^*?\s]+:environment:[^*?\s:]+$/, {
          error:
            'must be one exact subject like repo:ORG@1/REPO@2:environment:production, without * or ?',
        }),
        repository_id: z.string().regex(/^\d+$/, { error: "must be the repository's number" }),
      })
      .optional(),
    fleets: z.array(DesiredConfig).max(100, { error: 'at most 100 fleets' }).default([]),
  })
  .superRefine((given, context) => {
    const fault = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message })
    const zones = given.zones ?? []
    for (const [at, zone] of zones.entries())
      if (!new RegExp(`^${given.region}[a-z]$`).test(zone))
        fault(['zones', at], `must be a zone of ${given.region}, like ${given.region}a`)
    if (zones[0] !== undefined && zones[0] === zones[1])
      fault(['zones'], 'must be two different zones')
    const [, certificateRegion] = certificateArn.exec(given.certificate_arn ?? '') ?? []
    if (certificateRegion !== undefined && certificateRegion !== given.region)
      fault(['certificate_arn'], `must be a certificate of ${given.region}, where the system runs`)
    if (given.certificate_arn !== undefined && given.domain === undefined)
      fault(['domain'], 'is needed with a certificate: which name does it stand for?')
    if (given.nat === 'none' && given.fleets.length > 0)
      fault(
        ['nat'],
        'must be gateway, regional or instance when there are fleets: without a way out their machines reach neither the front door nor their models',
      )
    const seen = new Set<string>()
    for (const [at, fleet] of given.fleets.entries()) {
      const key = `${fleet.stage}/${fleet.slug}`
      if (seen.has(key))
        fault(['fleets', at], `${key} stands twice: remove one, or give it another slug or stage`)
      seen.add(key)
    }
  })

export interface Config {
  readonly shapeName: 'recommended' | 'cheapest'
  readonly shape: Shape
  readonly account: string
  readonly region: string
  readonly zones: readonly [string, string]
  readonly domain: string | undefined
  readonly certificateArn: string | undefined
  readonly alertEmail: string
  readonly budgetUsdMonth: number
  readonly nat: NatMode
  /** Half of the key pair that signs links to media; without it no CDN is made and links go to the bucket. */
  readonly mediaPublicKey: string | undefined
  /** Who may come in from workflows; without it no role for them is made. */
  readonly github: { readonly subject: string; readonly repositoryId: string } | undefined
  readonly fleets: readonly DesiredConfig[]
}

/** Thrown with every fault of the configuration, one sentence each. */
export class ConfigFault extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(`The configuration is not valid:\n${faults.map(fault => `  ${fault}`).join('\n')}`)
    this.name = 'ConfigFault'
    this.faults = faults
  }
}

/** Reads a configuration document. Throws `ConfigFault` with all faults at once, each with its place. */
export function readConfig(document: unknown): Config {
  const parsed = Input.safeParse(document, { error: plain })
  if (!parsed.success) throw new ConfigFault(parsed.error.issues.map(sentence))
  const given = parsed.data
  const chosen = shapes[given.shape]
  const shape: Shape = {
    ...chosen,
    cache: { ...chosen.cache, engine: given.cache_engine ?? chosen.cache.engine },
  }
  const zones = given.zones ?? regionZones[given.region]
  if (zones === undefined) throw new Error(`no zones of ${given.region}`)
  return {
    shapeName: given.shape,
    shape,
    account: given.account,
    region: given.region,
    zones,
    domain: given.domain,
    certificateArn: given.certificate_arn,
    alertEmail: given.alert_email,
    budgetUsdMonth: given.budget_usd_month,
    nat: given.nat ?? shape.nat,
    mediaPublicKey: given.media_public_key,
    github: given.github && {
      subject: given.github.subject,
      repositoryId: given.github.repository_id,
    },
    fleets: given.fleets,
  }
}

const sentence = (issue: z.core.$ZodIssue): string =>
  issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`

/** What to do about a setting that is needed and not there. */
const needed: Readonly<Record<string, string>> = {
  account:
    'is missing: sign in to AWS, so that the credentials tell it, or name the 12 digits of your account',
}

const kinds: Readonly<Record<string, string>> = {
  array: 'a list',
  tuple: 'a list',
  object: 'an object in braces',
  string: 'a text in quotes',
  number: 'a number',
  int: 'a whole number',
}

/** Faults of form in the words of whoever wrote the file. Those of meaning stand beside their settings. */
function plain(issue: z.core.$ZodRawIssue): string | undefined {
  const name = String(issue.path?.at(-1) ?? '')
  if (issue.code === 'invalid_type')
    return issue.input === undefined
      ? (needed[name] ?? 'is missing')
      : `must be ${kinds[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`
  if (issue.code === 'too_big') return `may be at most ${issue.maximum}`
  if (issue.code === 'too_small') return `must be at least ${issue.minimum}`
  if (issue.code === 'unrecognized_keys')
    return `${issue.keys.join(', ')}: no such setting; is it misspelt? infrastructure/README.md lists them`
  return undefined
}
