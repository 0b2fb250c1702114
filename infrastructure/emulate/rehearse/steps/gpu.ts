import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GetParameterCommand } from '@aws-sdk/client-ssm'
import { names } from '@bp/contracts/names'
import { paths } from '@bp/contracts/paths'
import { callApi } from '../api.ts'
import { fleet, fleetGroup, fleetInputs, lookAtGroup } from '../fleet.ts'
import { playedWorkflow } from '../played-workflow.ts'
import { bash } from '../shell.ts'
import { chapter, type Step } from '../step.ts'

const step = chapter('Day-1 checklist (GPU bring-up)')

const openCommand = 'npx bp open --aws --no-browser'
const createCommand = `npx bp api --aws POST ${paths['fleets.create'].path} --data @fleet.json`

const signIn = step({
  id: 'sign-in',
  title: 'Sign in',
  command: openCommand,
  real: '`bp open --aws`, the link, the session',
  emulated: 'Secrets Manager, SSM, the load balancer',
  needs: ['health'],
  play: async (scene, signal) => {
    const { out } = await bash(scene, openCommand, signal)
    const [, token] = /#(\S+)/.exec(out) ?? []
    if (token === undefined) throw new Error(`no link in: ${out}`)
    const redeemed = await callApi(scene, { ...paths['links.redeem'], body: { token } })
    const [line] = [redeemed.headers['set-cookie'] ?? []].flat()
    if (line === undefined)
      throw new Error(`the link answers ${redeemed.status}: ${String(redeemed.body)}`)
    scene.notebook.write('cookie', line.split(';')[0] ?? '')
    return 'the one-time link has become a session'
  },
})

const create = step({
  id: 'fleet',
  title: 'Create fleet in Admin UI',
  command: createCommand,
  real: 'the route behind the page, called by `bp api --aws`; row in MariaDB',
  emulated: 'SSM: desired_config',
  needs: [signIn.id],
  play: async (scene, signal) => {
    const file = join(scene.folder, 'fleet.json')
    await writeFile(file, JSON.stringify(fleet))
    await bash(scene, createCommand.replace('@fleet.json', `@${file}`), signal)
    const name = names.parameters.desiredConfig(fleet.stage, fleet.slug)
    const { Parameter } = await scene.cloud.ssm.send(new GetParameterCommand({ Name: name }))
    return `${name} = ${Parameter?.Value ?? ''}`
  },
})

const provision = step({
  id: 'provision',
  title: 'Run provision-gpu-fleet.yml with explicit fleet_stage',
  command: `gh workflow run provision-gpu-fleet.yml -f fleet_stage=${fleet.stage} -f fleet_slug=${fleet.slug}`,
  real: 'the workflow, step by step; CDK CLI, unmodified template',
  emulated: 'runner (act), OIDC, CloudFormation, Auto Scaling, quotas',
  needs: [create.id],
  secondsMax: 180,
  play: async (scene, signal) => {
    const played = await playedWorkflow(
      scene,
      { workflow: 'provision-gpu-fleet.yml', inputs: fleetInputs },
      signal,
    )
    const { MaxSize } = await lookAtGroup(scene)
    if (MaxSize !== 0) throw new Error(`without an AMI the group may hold ${MaxSize} machines`)
    return `${played}; ${fleetGroup} is there and may hold no machine yet`
  },
})

const pointer = names.parameters.ami(fleet.stage, fleet.slug)

/** What build-ami ends with: an image with its tags, and the pointer to it. Answers the image's id. */
const recordAmi = `
image=$(aws ec2 register-image --name bp-$STAGE-$SLUG --architecture x86_64 --root-device-name /dev/sda1 --virtualization-type hvm --query ImageId --output text)
aws ec2 create-tags --resources $image --tags Key=Project,Value=bp Key=SelfTest,Value=passed
aws ssm put-parameter --name ${pointer} --type String --data-type aws:ec2:image --overwrite --value $image > /dev/null
echo $image`

const ami = step({
  id: 'ami',
  title: 'Build/bake AMI: build-ami.yml, bake-ami.yml',
  command: `gh workflow run build-ami.yml -f fleet_stage=${fleet.stage} -f fleet_slug=${fleet.slug}`,
  real: '-',
  emulated: 'EC2: an image as a record, tagged as the build tags it; SSM: the pointer',
  thin: 'Packer is not run: it needs a GPU machine in AWS',
  needs: [provision.id],
  play: async (scene, signal) => {
    const { out } = await bash(scene, recordAmi, signal)
    return `${pointer} = ${out.trim()}`
  },
})

const apply = step({
  id: 'apply',
  title: 'Refresh ASG: apply-gpu-fleet-config.yml',
  command: `gh workflow run apply-gpu-fleet-config.yml -f fleet_stage=${fleet.stage} -f fleet_slug=${fleet.slug} -f confirm=${fleet.slug}`,
  real: 'the workflow, step by step; CDK CLI, unmodified template',
  emulated: 'runner (act), OIDC, CloudFormation, Auto Scaling',
  needs: [ami.id],
  secondsMax: 180,
  play: async (scene, signal) => {
    const played = await playedWorkflow(
      scene,
      {
        workflow: 'apply-gpu-fleet-config.yml',
        inputs: { ...fleetInputs, confirm: fleet.slug },
      },
      signal,
    )
    const { MaxSize = 0 } = await lookAtGroup(scene)
    if (MaxSize < 1) throw new Error(`with an AMI ${fleetGroup} may still hold no machine`)
    return `${played}; ${fleetGroup} may hold ${MaxSize} machines`
  },
})

/** From the sign-in to a group that may hold machines. */
export const gpuSteps: readonly Step[] = [signIn, create, provision, ami, apply]
