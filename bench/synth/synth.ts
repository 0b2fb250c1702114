/**
 * `cdk synth` of all stacks as an operator types it: with two fleets, and with a hundred. Every check runs in it, and
 * nothing of AWS is asked.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { report, row } from '../measure.ts'

const root = join(import.meta.dirname, '../..')
const cdk = join(root, 'node_modules/aws-cdk/bin/cdk')
const runs = 3

/** Seconds that one synth takes. Throws when it fails. */
function synthS(fleets: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'bp-bench-synth-'))
  try {
    const file = join(folder, 'config.json')
    writeFileSync(
      file,
      JSON.stringify({
        account: '111122223333',
        alert_email: 'ops@example.com',
        budget_usd_month: 400,
        // Pairs of the same slug in both stages: the names that are hardest to keep apart.
        fleets: Array.from({ length: fleets }, (_, n) => ({
          stage: n % 2 === 0 ? 'production' : 'staging',
          slug: `fleet-${n >> 1}`,
          instance_types: ['g6.xlarge', 'g5.xlarge'],
          max: 4,
        })),
      }),
    )
    const startMs = performance.now()
    const ended = spawnSync(
      process.execPath,
      [cdk, 'synth', '--all', '--quiet', '--output', join(folder, 'out'), '--no-notices'],
      {
        cwd: root,
        encoding: 'utf8',
        env: {
          PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
          HOME: folder,
          BP_INFRA_CONFIG: file,
          AWS_EC2_METADATA_DISABLED: 'true',
          CDK_DISABLE_CLI_TELEMETRY: 'true',
          CDK_DISABLE_VERSION_CHECK: '1',
        },
      },
    )
    if (ended.status !== 0) throw new Error(`cdk synth failed: ${ended.stderr.slice(-2_000)}`)
    return (performance.now() - startMs) / 1_000
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const values = (fleets: number) => Array.from({ length: runs }, () => synthS(fleets))
report('synth', [
  row('all stacks, two fleets', 's', values(2), '≤ 15 s'),
  row('all stacks, a hundred fleets', 's', values(100), '≤ 60 s'),
])
