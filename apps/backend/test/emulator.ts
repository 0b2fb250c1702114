/** The AWS emulator for a test file: a process of its own, whose environment the SDKs of this process then find. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { vi } from 'vitest'
import { z } from 'zod'

const program = join(import.meta.dirname, '../../../infrastructure/emulate/emulator.ts')
const startMsMax = 90_000

const Started = z.object({ endpoint: z.string(), env: z.record(z.string(), z.string()) })

export interface TestEmulator extends AsyncDisposable {
  readonly endpoint: string
  /** What a child process that is to talk to it needs. */
  readonly env: Readonly<Record<string, string>>
}

/** Starts it and points the SDKs of this process at it, until it is disposed. With `auth` it lets nobody in unasked. */
export async function openTestEmulator(
  options: { readonly auth?: boolean } = {},
): Promise<TestEmulator> {
  const child = spawn(process.execPath, [program, ...(options.auth === true ? ['--auth'] : [])], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const [line]: unknown[] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line', {
      signal: AbortSignal.timeout(startMsMax),
    }),
    ended.then(() => Promise.reject(new Error('the emulator ended before it was ready'))),
  ])
  const { endpoint, env } = Started.parse(JSON.parse(String(line)))
  const aws = Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('AWS_')))
  for (const [name, value] of Object.entries(aws)) vi.stubEnv(name, value)
  return {
    endpoint,
    env: aws,
    [Symbol.asyncDispose]: async () => {
      vi.unstubAllEnvs()
      child.stdin.end()
      await ended
    },
  }
}

export async function createBucket(name: string): Promise<void> {
  const client = new S3Client()
  await client.send(new CreateBucketCommand({ Bucket: name }))
  client.destroy()
}
