import { checkInput } from '@bp/contracts/inputs/check-input'
import type { InputSchema } from '@bp/contracts/inputs/schema'
import { bringInputs, bringSample } from '../../input/bring-inputs.ts'
import { findEffect } from '../../input/find-effect.ts'
import { inputSchemaOf } from '../../input/input-schema.ts'
import { readValues } from '../../input/read-values.ts'
import { finishJob } from '../../jobs/finish-job.ts'
import { followJob } from '../../jobs/follow-job.ts'
import { startedJob } from '../../jobs/started-job.ts'
import { Refusal, wrongUsage } from '../../refusal.ts'
import type { Run } from '../../verb.ts'

/** Runs an effect: uploads files, submits, follows, saves the results. */
export const run: Run = async function* (input, context) {
  const [slug = ''] = input.args
  const client = await context.client()
  const effect = await findEffect(client, slug, context.signal)
  const schema = inputSchemaOf(effect)
  const typed = readValues(
    [...input.texts('input'), ...seedValues(input.text('seed'), schema)],
    schema,
    slug,
  )
  const given = yield* bringInputs(client, typed, schema, context)
  const values = input.flag('sample')
    ? yield* bringSample(client, effect, schema, given, context)
    : given

  // Said here already, so that wrong input costs no round trip; the server checks by the same function.
  const { faults } = checkInput(schema, values)
  if (faults.length > 0)
    throw new Refusal('input_invalid', 'refused', 'The input does not fit the effect.', {
      faults,
      next: `npx bp effect show ${slug}`,
    })
  const key = input.text('key')
  const job = await client.jobs.submit({
    body: { effect: slug, input: values, tags: [...input.texts('tag')] },
    signal: context.signal,
    ...(key === undefined ? {} : { idempotencyKey: key }),
  })
  if (!input.flag('wait', true)) return startedJob(job)
  const ended = yield* followJob(client, job.id, {
    signal: context.signal,
    timeoutS: input.number('timeout'),
    isStream: false,
  })
  return yield* finishJob(ended, input.text('out'), context)
}

/** `--seed` is a word for every seed that the effect has. */
function seedValues(seed: string | undefined, schema: InputSchema): readonly string[] {
  if (seed === undefined) return []
  const keys = Object.entries(schema.properties)
    .filter(([, field]) => field['x-bp'].kind === 'seed')
    .map(([key]) => key)
  if (keys.length === 0) throw wrongUsage('--seed has nothing to set: this effect has no seed.')
  return keys.map(key => `${key}=${seed}`)
}
