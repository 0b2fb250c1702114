import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { LabelParameterVersionCommand, PutParameterCommand } from '@aws-sdk/client-ssm'
import type { Aws } from '../aws/clients.ts'
import type { Step } from './plan.ts'

/**
 * Makes the calls of one step, in order. Stopped between any two of them, the next plan finds what is missing: each
 * call leaves something that readers can live with.
 */
export async function writeStep(aws: Aws, { path, writes }: Step, abortSignal: AbortSignal) {
  let made: number | undefined
  for (const write of writes) {
    if (write.kind === 'put-secret') {
      const command = new PutSecretValueCommand({ SecretId: path, SecretString: write.value })
      await aws.secrets.send(command, { abortSignal })
    } else if (write.kind === 'put-parameter') {
      const command = new PutParameterCommand({
        Name: path,
        Value: write.value,
        Type: 'SecureString',
        Description: 'bp: what a machine shows to be let in as a worker',
        // Only a new parameter takes tags, and only a new one must not meet an old one.
        ...(write.isNew
          ? { Overwrite: false, Tags: [{ Key: 'Project', Value: 'bp' }] }
          : { Overwrite: true }),
      })
      made = (await aws.parameters.send(command, { abortSignal })).Version
    } else {
      const version = write.version === 'new' ? made : write.version
      if (version === undefined) throw new Error('a label needs a version')
      const command = new LabelParameterVersionCommand({
        Name: path,
        ParameterVersion: version,
        Labels: [write.label],
      })
      await aws.parameters.send(command, { abortSignal })
    }
  }
}
