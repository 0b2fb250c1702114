/** The operator guide's way from a document to workers, as commands for one very fleet. */
import type { Stage } from '@bp/contracts/fleets'
import { names } from '@bp/contracts/names'

type BringUpId = 'create' | 'provision' | 'image' | 'refresh'
export interface BringUpStep {
  readonly id: BringUpId
  /** In their order; each may be pasted as it is. */
  readonly commands: readonly string[]
}

/** The steps of "GPU bring-up" in docs/DAY1_OPERATOR.md; a test holds the two together. */
export function bringUp({ stage, slug }: { stage: Stage; slug: string }): readonly BringUpStep[] {
  const inputs = `-f fleet_stage=${stage} -f fleet_slug=${slug}`
  const watch = 'gh run watch'
  return [
    {
      id: 'create',
      commands: [
        `aws ssm get-parameter --name ${names.parameters.desiredConfig(stage, slug)} --query Parameter.Value --output text`,
      ],
    },
    { id: 'provision', commands: [`gh workflow run provision-gpu-fleet.yml ${inputs}`, watch] },
    { id: 'image', commands: [`gh workflow run build-ami.yml ${inputs}`, watch] },
    {
      id: 'refresh',
      commands: [
        `gh workflow run apply-gpu-fleet-config.yml ${inputs} -f confirm=${slug}`,
        watch,
        `aws autoscaling set-desired-capacity --auto-scaling-group-name ${names.autoScalingGroup(stage, slug)} --desired-capacity 1`,
        `aws logs tail ${names.logGroups.workers(slug)} --since 10m --log-stream-name-prefix ${stage}/ --follow`,
      ],
    },
  ]
}
