import { problem } from '@bp/contracts/errors'
import { names } from '@bp/contracts/names'
import { record } from '@bp/store/audit/record'
import { create as createFleet } from '@bp/store/fleets/create'
import { configOf, configOfRow, configText, rowOf } from '../../fleet/fleet-config.ts'
import type { Handler } from '../../http/call.ts'
import { rehomeAll } from '../../loops/rehome.ts'
import { fleetDetail } from './detail.ts'

/**
 * Makes a fleet. The row comes first and the document after it: a stack that was made from a document without a row would
 * have machines that nobody admits, while a row without a document is a fleet without machines, which waits. Between the
 * two everything may stop; the same call again finds the row, changes nothing of it, and writes the document.
 */
export const create: Handler<'fleets.create'> = async (
  { body, caller, ip, requestId, signal },
  context,
) => {
  const { store, pointers, log } = context
  const config = configOf(body)
  const fleet = `${config.stage}/${config.slug}`
  if (config.stage === names.localFleet.stage && config.slug === names.localFleet.slug)
    throw problem('validation_failed', {}, { faults: [reserved] })
  const created = await store.write(async writer => {
    const made = await createFleet(writer, rowOf(config), {
      workflows: body.workflows,
      by: caller.id,
    })
    if ('isNew' in made && made.isNew)
      await record(writer, {
        actorId: caller.id,
        ip,
        route: 'fleets.create',
        target: fleet,
        requestId,
        diff: configText(config),
      })
    if ('row' in made && !isSame(made.row, config)) throw problem('fleet_taken', { fleet })
    return made
  })
  if ('unknownWorkflows' in created)
    throw problem(
      'validation_failed',
      {},
      {
        faults: created.unknownWorkflows.map(slug => ({
          pointer: `/workflows/${body.workflows.indexOf(slug)}`,
          code: 'workflow_unknown',
          message: `There is no workflow "${slug}". Import it first, or leave it out.`,
          received: slug,
        })),
      },
    )
  try {
    await pointers.put(config, signal)
  } catch (thrown) {
    throw problem(
      'unavailable',
      { reason: `the fleet ${fleet} is there, but its desired config could not be written` },
      { cause: thrown, retryAfterS: 5 },
    )
  }
  context.fleetFacts.forget()
  // Those that have waited for it. What this leaves is for the loop.
  await rehomeAll(context, signal)
  if (created.isNew) log.info({ fleet, by: String(caller.id) }, 'a fleet was made')
  return { status: created.isNew ? 201 : 200, body: await fleetDetail(created.row, context) }
}

const reserved = {
  pointer: '/slug',
  code: 'slug_reserved',
  message: `"${names.localFleet.slug}" of ${names.localFleet.stage} is the fleet of a single machine. Choose another slug.`,
}

const isSame = (row: Parameters<typeof configOfRow>[0], config: ReturnType<typeof configOf>) => {
  const before = configOfRow(row)
  return before !== undefined && configText(before) === configText(config)
}
