#!/usr/bin/env node
/** The backend as a process: configuration, signals, exit codes. 0 ended as asked · 1 failed · 2 wrong configuration. */
import { fileURLToPath } from 'node:url'
import { ConfigFault, readConfig } from '../src/config/config.ts'
import { readEnv } from '../src/config/env.ts'
import { loadSecrets } from '../src/config/secrets.ts'
import { settings } from '../src/config/settings.ts'
import { databaseState, ownerLink, seedBuiltIn } from '../src/one-off.ts'
import { listenFor, migrateDatabase, startBackend } from '../src/start-backend.ts'

const help = `Usage: bp-backend [command]

  (none)             serve the API until SIGTERM or SIGINT
  migrate            bring the database to the schema of this release, then end
  migrate --status   say how the database stands to this release; 1 when it does not fit
  seed [effects]     bring the built-in effects in, then end; what an admin has changed since stays
  link               print a one-time link that signs the owner in: how the first admin gets in

Settings, from the environment:
${Object.entries(settings)
  .map(([name, text]) => `  ${name.padEnd(20)} ${text}`)
  .join('\n')}
`

/** A shutdown that takes longer than this is cut. */
const closeMsMax = 30_000

async function serve(): Promise<void> {
  const env = readEnv()
  const config = readConfig(env)
  const secrets = await loadSecrets(config.dataFolder, env)
  await using backend = await startBackend(config, secrets)
  // Before the line that says it listens: whoever reads it may ask it to end in the same breath.
  const asked = new Promise<void>(resolve => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
  const server = await listenFor(backend, config)
  console.log(`bp-backend listens on http://${config.host}:${config.port}`)
  await asked
  setTimeout(() => process.exit(1), closeMsMax).unref()
  // The port stays open until the workers have given back what they run.
  await backend.close()
  server.close()
  server.closeAllConnections()
}

/** Where the built-in effects lie when no setting says so: beside the folder of this program, as in its image. */
const effectsBeside = fileURLToPath(new URL('../../../effects', import.meta.url))

/** The sets of `seed`. None of them is demo data: that would stand among what people have made. */
const seedSets = ['effects']

async function migrate(isAsked: boolean): Promise<number> {
  const config = readConfig(readEnv())
  if (!isAsked) {
    const applied = await migrateDatabase(config)
    console.log(applied.length === 0 ? 'Nothing to do.' : `Applied: ${applied.join(', ')}`)
    return 0
  }
  const { current, expected, state } = await databaseState(config)
  console.log(`${state}: the database is at ${current}, this release at ${expected}.`)
  return state === 'current' ? 0 : 1
}

async function seed(): Promise<number> {
  const env = readEnv()
  const config = readConfig(env)
  const secrets = await loadSecrets(config.dataFolder, env)
  const { lines, isWhole } = await seedBuiltIn(
    config,
    secrets,
    config.effectsFolder ?? effectsBeside,
  )
  for (const line of lines) console.log(line)
  console.log(isWhole ? 'The effects are in.' : 'Not all effects are in: see the lines above.')
  return isWhole ? 0 : 1
}

async function main(words: readonly string[]): Promise<number> {
  const [command = 'serve', ...rest] = words
  if (command === '--help' || command === '-h' || rest.includes('--help')) {
    console.log(help)
    return 0
  }
  try {
    switch (command) {
      case 'serve':
        await serve()
        return 0
      case 'migrate':
        return await migrate(rest[0] === '--status' || rest[0] === 'status')
      case 'seed': {
        const [set = 'effects'] = rest
        if (seedSets.includes(set)) return await seed()
        console.error(`There is no set "${set}" of seeds; there is ${seedSets.join(', ')}.`)
        return 2
      }
      case 'link': {
        const { url, expiresAtMs } = await ownerLink(readConfig(readEnv()))
        console.log(url)
        console.error(`Works once, until ${new Date(expiresAtMs).toISOString()}.`)
        return 0
      }
      default:
        console.error(`There is no command "${command}".\n\n${help}`)
        return 2
    }
  } catch (thrown) {
    console.error(thrown instanceof ConfigFault ? thrown.message : thrown)
    return thrown instanceof ConfigFault ? 2 : 1
  }
}

process.exitCode = await main(process.argv.slice(2))
