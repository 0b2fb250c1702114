import { names } from '@bp/contracts/names'
import { configText } from '../fleet-config.ts'
import type { Ssm } from '../ssm.ts'
import { readPointer, type FleetPointers } from './fleet-pointers.ts'

/** Pointers as parameters of the Systems Manager, where workflows and stacks read them. */
export function ssmPointers(ssm: Ssm): FleetPointers {
  const read = async (name: string, signal?: AbortSignal): Promise<string | undefined> =>
    (await ssm.get(name, signal))?.value
  return {
    put: async (config, signal) => {
      const name = names.parameters.desiredConfig(config.stage, config.slug)
      const text = configText(config)
      // A parameter keeps its old versions; a repeat that changes nothing shall not push them out.
      if ((await read(name, signal)) !== text) await ssm.put(name, text, signal)
    },
    get: async ({ stage, slug }, signal) =>
      readPointer(await read(names.parameters.desiredConfig(stage, slug), signal)),
  }
}
