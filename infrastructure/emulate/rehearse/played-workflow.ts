import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { playWorkflow, type Play } from '../play-workflow.ts'
import { withRights } from './rights.ts'
import { installation, type Scene } from './scene.ts'

export interface Asked {
  /** File in `.github/workflows`. */
  readonly workflow: string
  readonly inputs: Readonly<Record<string, string>>
  /**
   * With identities and policies checked while it runs. Not where the CDK uploads: over plain HTTP the bucket's own rule
   * refuses that. Those workflows have a test of their own that speaks TLS.
   */
  readonly isChecked?: true
}

const saidMax = 2_000

/** What the steps themselves said, without the runner's own words. */
const spoken = (log: string): string =>
  log
    .split('\n')
    .flatMap(line => / {3}\| (.*)$/.exec(line)?.[1] ?? [])
    .join('\n')

/** Plays a workflow as the repository of the installation; throws with the end of its log when it fails. */
export async function playedWorkflow(
  scene: Scene,
  { workflow, inputs, isChecked }: Asked,
  signal: AbortSignal,
): Promise<string> {
  const config = await readFile(scene.shell['BP_INFRA_CONFIG'] ?? '', 'utf8')
  const play: Play = {
    workflow,
    inputs,
    env: scene.shell,
    signal,
    vars: {
      BP_AWS_ACCOUNT_ID: scene.emulator.account,
      BP_AWS_REGION: scene.emulator.region,
      BP_INFRA_CONFIG_JSON: config,
      // Alarms are watched for five minutes otherwise, and no name server knows the load balancer.
      BP_DEPLOY_QUIET_MINUTES: '0',
      BP_DEPLOY_CONNECT: new URL(scene.emulator.endpoint).host,
    },
    claims: {
      sub: installation.github.subject,
      repository_id: installation.github.repository_id,
    },
  }
  const run = () => playWorkflow(play)
  const { ok, log } = isChecked ? await withRights(scene, run) : await run()
  await writeFile(join(scene.programs.logFolder, `${workflow}.log`), log)
  if (!ok) throw new Error(`${workflow} failed:\n${spoken(log).slice(-saidMax)}`)
  const steps = log.match(/ Success - Main /g)?.length ?? 0
  return `${steps} steps of ${workflow} passed${isChecked ? ', with the rights of its roles alone' : ''}`
}
