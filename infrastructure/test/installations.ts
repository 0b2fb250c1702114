/** Configurations that tests are about, and their templates. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CloudAssembly } from 'aws-cdk-lib/cx-api'
import { z } from 'zod'
import { buildApp } from '../lib/app.ts'
import { readConfig, type Config } from '../lib/config/config.ts'

export const root = join(import.meta.dirname, '../..')

const account = '111122223333'
const common = {
  account,
  alert_email: 'ops@example.com',
  budget_usd_month: 400,
  github: { subject: 'repo:acme@1/bp@2:environment:production', repository_id: '2' },
}

export const documents = {
  /** All options on. */
  recommended: {
    ...common,
    domain: 'app.example.com',
    certificate_arn: `arn:aws:acm:us-east-1:${account}:certificate/12345678-1234-1234-1234-123456789012`,
    media_public_key:
      '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----',
    fleets: [{ stage: 'production', slug: 'portraits', instance_types: ['g6.xlarge'], max: 4 }],
  },
  /** All options off. */
  cheapest: { ...common, shape: 'cheapest' },
} as const

const Resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
})
type Resource = z.infer<typeof Resource>
const Template = z.looseObject({
  Resources: z.record(z.string(), Resource),
  Parameters: z
    .record(z.string(), z.looseObject({ Type: z.string(), Default: z.string() }))
    .default({}),
})

/** A resource with where it stands. */
export interface Found extends Resource {
  readonly stack: string
  readonly id: string
}

export interface Synthesized {
  readonly config: Config
  readonly stacks: readonly string[]
  readonly resources: readonly Found[]
  readonly parameters: readonly {
    readonly stack: string
    readonly type: string
    readonly path: string
  }[]
  /** The whole templates, by stack. */
  readonly templates: Readonly<Record<string, unknown>>
  /** The templates as they are deployed. */
  readonly text: string
  /** What a synth would have had to ask AWS; must be nothing. */
  readonly missing: readonly unknown[]
  of(type: string, stack?: string): readonly Found[]
}

/** What was made of a document before. A synth takes seconds, its answer never changes, and ten suites ask for the same. */
const made = new WeakMap<object, Synthesized>()

/** Synthesizes an installation into a folder that is gone afterwards. Every check of the app runs in it. */
export function synthesize(document: object): Synthesized {
  const known = made.get(document) ?? build(document)
  made.set(document, known)
  return known
}

function build(document: object): Synthesized {
  const outdir = mkdtempSync(join(tmpdir(), 'bp-synth-'))
  try {
    const config = readConfig(document)
    const assembly: CloudAssembly = buildApp(config, { context: flags(), outdir }).synth()
    const templates = assembly.stacks.map(stack => ({
      stack: stack.stackName,
      template: Template.parse(stack.template),
    }))
    const resources = templates.flatMap(({ stack, template }) =>
      Object.entries(template.Resources).map(([id, resource]) => ({ ...resource, stack, id })),
    )
    return {
      config,
      stacks: templates.map(({ stack }) => stack),
      resources,
      parameters: templates.flatMap(({ stack, template }) =>
        Object.values(template.Parameters).map(it => ({ stack, type: it.Type, path: it.Default })),
      ),
      templates: Object.fromEntries(
        assembly.stacks.map(stack => [stack.stackName, stack.template] as const),
      ),
      text: JSON.stringify(templates),
      missing: assembly.manifest.missing ?? [],
      of: (type, stack) =>
        resources.filter(it => it.Type === type && (stack === undefined || it.stack === stack)),
    }
  } finally {
    rmSync(outdir, { recursive: true })
  }
}

/** Feature flags as the command line tool would bring them. */
export function flags(): Record<string, unknown> {
  const file = readFileSync(join(root, 'cdk.json'), 'utf8')
  return z.object({ context: z.record(z.string(), z.unknown()) }).parse(JSON.parse(file)).context
}
