import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ConfigFault, readConfig, type Config } from './config.ts'

/** What the command line tool knows from the credentials in use. */
export interface Surroundings {
  readonly account: string | undefined
  readonly region: string | undefined
}

/**
 * Reads the configuration file. `account` and `region` may be absent: then those of the credentials count, so that
 * one file serves several accounts. A fleet may be a path to its desired_config document, relative to the file.
 */
export function loadConfig(file: string, surroundings: Surroundings): Config {
  if (!existsSync(file))
    throw new ConfigFault([
      `There is no ${file}. Copy infrastructure/config.example.json there and fill it in.`,
    ])
  const document = readDocument(file)
  const fleets = document['fleets']
  return readConfig({
    ...(surroundings.account !== undefined && { account: surroundings.account }),
    ...(surroundings.region !== undefined && { region: surroundings.region }),
    ...document,
    ...(Array.isArray(fleets) && {
      fleets: fleets.map(fleet =>
        typeof fleet === 'string' ? readDocument(resolve(dirname(file), fleet)) : fleet,
      ),
    }),
  })
}

/** The object in a file of JSON. Throws `ConfigFault`. */
export function readDocument(file: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigFault([`${file} could not be read as JSON: ${why}`])
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigFault([`${file} must hold one JSON object.`])
  return { ...value }
}
