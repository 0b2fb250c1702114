/** The parameters of the Systems Manager, as far as fleets need them. The SDK is loaded at the first call, and only in AWS. */
import type { SSMClient } from '@aws-sdk/client-ssm'

export interface Ssm {
  /** A parameter, decrypted. `name` may end in `:label`. Undefined: there is none. Throws when nobody answers. */
  get(name: string, signal?: AbortSignal): Promise<{ readonly value: string } | undefined>
  /** Writes a plain text over what stood there. */
  put(name: string, value: string, signal?: AbortSignal): Promise<void>
}

const attemptsMax = 3
const connectMsMax = 3_000
const answerMsMax = 5_000
const absences = new Set(['ParameterNotFound', 'ParameterVersionNotFound'])

/** Region, endpoint and credentials are the SDK's own matter (`AWS_REGION`, `AWS_ENDPOINT_URL`, the task's role). */
export function openSsm(): Ssm {
  let opening: Promise<SSMClient> | undefined
  const sdk = () => import('@aws-sdk/client-ssm')
  const client = (): Promise<SSMClient> =>
    (opening ??= sdk().then(
      ({ SSMClient }) =>
        new SSMClient({
          maxAttempts: attemptsMax,
          requestHandler: { connectionTimeout: connectMsMax, requestTimeout: answerMsMax },
        }),
    ))
  const within = (signal: AbortSignal | undefined) =>
    signal === undefined ? {} : { abortSignal: signal }
  return {
    get: async (name, signal) => {
      const { GetParameterCommand } = await sdk()
      try {
        const answer = await (
          await client()
        ).send(new GetParameterCommand({ Name: name, WithDecryption: true }), within(signal))
        const value = answer.Parameter?.Value
        return value === undefined ? undefined : { value }
      } catch (thrown) {
        if (thrown instanceof Error && absences.has(thrown.name)) return undefined
        throw thrown
      }
    },
    put: async (name, value, signal) => {
      const { PutParameterCommand } = await sdk()
      await (
        await client()
      ).send(
        new PutParameterCommand({ Name: name, Value: value, Type: 'String', Overwrite: true }),
        within(signal),
      )
    },
  }
}
