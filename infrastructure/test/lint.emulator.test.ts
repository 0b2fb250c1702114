/** cfn-lint over every template, with the schemas that it brings along. What is ignored stands here, with its reason. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { buildApp } from '../lib/app.ts'
import { readConfig } from '../lib/config/config.ts'
import { documents, flags, root } from './installations.ts'

/** Rule → where it speaks, and why it need not. A row that nothing needs any more fails too. */
const ignored: Readonly<Record<string, { readonly where: RegExp; readonly why: string }>> = {
  W3005: {
    where: /^bp-(compute|gpu-shared|monitoring)$/,
    why: 'The library writes down dependencies that a reference also makes; both say the same.',
  },
  W2001: {
    where: /^bp-data$/,
    why: 'RDS takes the network from its subnets; the library wants to know it all the same.',
  },
  W3010: {
    where: /^bp-network$/,
    why: 'The zones that have GPU machines are known; a lookup would make every synth ask AWS.',
  },
}

const Findings = z.array(
  z.looseObject({
    Filename: z.string(),
    Message: z.string(),
    Rule: z.looseObject({ Id: z.string() }),
  }),
)

const shapes = [
  ...Object.entries(documents),
  ['closed', { ...documents.cheapest, nat: 'none' }],
] as const

describe('cfn-lint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bp-lint-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('finds nothing in any template, but what is ignored with a reason', () => {
    const files = shapes.flatMap(([shape, document]) => {
      const outdir = join(folder, shape)
      buildApp(readConfig(document), { context: flags(), outdir }).synth()
      return readdirSync(outdir)
        .filter(name => name.endsWith('.template.json'))
        .map(name => join(outdir, name))
    })
    expect(files.length).toBeGreaterThanOrEqual(6 * shapes.length)
    const ended = spawnSync(
      join(root, '.venv/bin/cfn-lint'),
      ['--format', 'json', '--regions', 'us-east-1', '--', ...files],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    )
    expect(ended.stderr).toBe('')
    const findings = Findings.parse(JSON.parse(ended.stdout || '[]')).map(one => ({
      rule: one.Rule.Id,
      stack: /([^/]+)\.template\.json$/.exec(one.Filename)?.[1] ?? one.Filename,
      message: one.Message,
    }))
    expect(findings.filter(({ rule, stack }) => !ignored[rule]?.where.test(stack))).toEqual([])
    const met = new Set(findings.map(one => one.rule))
    expect(Object.keys(ignored).filter(rule => !met.has(rule))).toEqual([])
  })

  it('is awake: a template that CloudFormation would refuse is found', () => {
    const file = join(folder, 'wrong.template.json')
    const Log = { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 31 } }
    writeFileSync(file, JSON.stringify({ Resources: { Log } }))
    const ended = spawnSync(join(root, '.venv/bin/cfn-lint'), ['--format', 'json', '--', file], {
      encoding: 'utf8',
    })
    expect(ended.status).not.toBe(0)
    expect(ended.stdout).toContain('E3030')
  })
})
