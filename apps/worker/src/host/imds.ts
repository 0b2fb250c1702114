/**
 * What an EC2 machine knows of itself, by IMDSv2: a session token first, then reads with it. Answers come from the same
 * machine within milliseconds, so whatever takes longer is broken and is given up.
 */
import type { Register } from '@bp/contracts/shapes/workers'
import { fieldsOf, parseJson, textOf } from '../comfy/json.ts'
import { reasonOf } from '../log.ts'
import { pause } from '../waiting.ts'

export interface MachineFacts {
  readonly instance: string
  readonly machine: NonNullable<Register['machine']>
}

export interface Imds {
  /** Who this machine is. Asks again while the service is not up yet, then throws. */
  facts(signal: AbortSignal): Promise<MachineFacts>
  /** When this machine will be taken away, Unix ms; undefined while nobody has said so. Throws when nobody answers. */
  interruption(signal: AbortSignal): Promise<number | undefined>
}

const callMs = 2_000
const tokenSeconds = 21_600
const answerCharsMax = 4_096
/** A machine's first seconds: the network may come up after the agent. */
const factTriesMax = 30
const factPauseMs = 1_000

export function openImds(url: string): Imds {
  let token: string | undefined

  const ask = async (path: string, init: RequestInit, signal: AbortSignal): Promise<Response> =>
    fetch(`${url}/latest/${path}`, {
      ...init,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(callMs)]),
    })
  const textOfAnswer = async (answer: Response): Promise<string> => {
    const text = await answer.text()
    if (text.length > answerCharsMax) throw new Error('the metadata service said too much')
    return text.trim()
  }
  const newToken = async (signal: AbortSignal): Promise<string> => {
    const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': String(tokenSeconds) }
    const answer = await ask('api/token', { method: 'PUT', headers }, signal)
    if (!answer.ok) throw new Error(`the metadata service gives no token: ${answer.status}`)
    return textOfAnswer(answer)
  }
  /** A read; undefined for 404. A token that has run out is replaced once. */
  const read = async (path: string, signal: AbortSignal): Promise<string | undefined> => {
    for (let tries = 0; tries < 2; tries++) {
      token ??= await newToken(signal)
      const headers = { 'x-aws-ec2-metadata-token': token }
      const answer = await ask(`meta-data/${path}`, { headers }, signal)
      const text = await textOfAnswer(answer)
      if (answer.status === 401) token = undefined
      else if (answer.status === 404) return undefined
      else if (answer.ok) return text
      else throw new Error(`the metadata service answers ${answer.status} for ${path}`)
    }
    throw new Error('the metadata service takes no token of its own')
  }
  const needed = async (path: string, signal: AbortSignal): Promise<string> => {
    const text = await read(path, signal)
    if (text === undefined || text === '')
      throw new Error(`the metadata service knows no ${path} of this machine`)
    return text
  }

  return {
    facts: async signal => {
      for (let tries = 1; ; tries++) {
        try {
          const [instance, instanceType, az, lifeCycle] = [
            await needed('instance-id', signal),
            await needed('instance-type', signal),
            await needed('placement/availability-zone', signal),
            await read('instance-life-cycle', signal),
          ]
          const market = lifeCycle === 'spot' ? 'spot' : 'on_demand'
          return { instance, machine: { market, az, instance_type: instanceType } }
        } catch (error) {
          signal.throwIfAborted()
          if (tries >= factTriesMax)
            throw new Error(`this machine does not say who it is: ${reasonOf(error)}`, {
              cause: error,
            })
          await pause(factPauseMs, signal)
        }
      }
    },
    interruption: async signal => {
      const text = await read('spot/instance-action', signal)
      if (text === undefined) return undefined
      const at = Date.parse(textOf(fieldsOf(parseJson(text))['time']))
      // A notice whose time cannot be read is a notice all the same: two minutes is what AWS gives.
      return Number.isNaN(at) ? Date.now() + 120_000 : at
    },
  }
}
