import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { names } from '@bp/contracts/names'
import { documents, root } from './installations.ts'

const cdk = fileURLToPath(import.meta.resolve('aws-cdk/bin/cdk'))

/** Runs the real command line tool, with nothing of AWS in reach. */
function run(args: readonly string[], document: unknown) {
  const folder = mkdtempSync(join(tmpdir(), 'bp-cdk-'))
  try {
    const file = join(folder, 'config.json')
    writeFileSync(file, JSON.stringify(document))
    const ended = spawnSync(
      process.execPath,
      [cdk, ...args, '--output', join(folder, 'out'), '--no-notices', '--no-version-reporting'],
      {
        cwd: root,
        encoding: 'utf8',
        env: {
          PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
          HOME: folder,
          BP_INFRA_CONFIG: file,
          AWS_EC2_METADATA_DISABLED: 'true',
          CDK_DISABLE_CLI_TELEMETRY: 'true',
          CDK_DISABLE_VERSION_CHECK: '1',
        },
      },
    )
    return { status: ended.status, out: ended.stdout, said: ended.stderr }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('the command line tool', () => {
  it('lists the stacks without an account at hand, and leaves no context behind', () => {
    const { status, out, said } = run(['list'], documents.recommended)
    expect({ status, said }).toMatchObject({ status: 0 })
    const listed = out.trim().split('\n')
    const { cicd, network, data, compute, monitoring } = names.stacks
    expect(listed.slice(0, 5)).toEqual([cicd, network, data, compute, monitoring])
    expect(existsSync(join(root, 'cdk.context.json'))).toBe(false)
  })

  it('says every fault of the configuration in words, without a stack trace', () => {
    const { status, said } = run(['list'], { shape: 'big', alert_email: 'me' })
    expect(status).not.toBe(0)
    expect(said).toContain('The configuration is not valid:')
    for (const name of ['shape', 'account', 'alert_email', 'budget_usd_month'])
      expect(said).toContain(`  ${name}: `)
    expect(said).not.toContain('at readConfig')
  })
})

describe('esbuild', () => {
  it('is installed, or the library would look for Docker to bundle a Lambda', () => {
    const file = fileURLToPath(import.meta.resolve('esbuild/package.json'))
    expect(file.startsWith(join(root, 'node_modules'))).toBe(true)
  })
})

describe('cdk.json', () => {
  const { context } = z
    .object({ context: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')))

  it('has every recommended flag of the library, and our own choices', () => {
    const recommended: unknown = JSON.parse(
      readFileSync(
        fileURLToPath(import.meta.resolve('aws-cdk-lib/recommended-feature-flags.json')),
        'utf8',
      ),
    )
    expect(context).toEqual({
      ...z.record(z.string(), z.unknown()).parse(recommended),
      // A custom resource with a Lambda of its own, for a group that nothing is in.
      '@aws-cdk/aws-ec2:restrictDefaultSecurityGroup': false,
      '@aws-cdk/core:defaultCrossStackReferences': 'weak',
      '@aws-cdk/core:bootstrapQualifier': 'bp',
    })
  })
})
