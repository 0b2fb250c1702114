#!/usr/bin/env node
/** The backend as a process: configuration, signals, exit codes. 0 ended as asked · 1 failed · 2 wrong configuration. */
import { ConfigFault, readConfig, settings } from '../src/config/config.ts'
import { readEnv } from '../src/config/env.ts'
import { loadSecrets } from '../src/config/secrets.ts'
import { listenFor, migrateDatabase, startBackend } from '../src/start-backend.ts'

const help = `Usage: bp-backend [command]

  (none)    serve the API until SIGTERM or SIGINT
  migrate   bring the database to the schema of this release, then end

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
  const server = await listenFor(backend, config)
  console.log(`bp-backend listens on http://${config.host}:${config.port}`)
  await new Promise<void>(resolve => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
  setTimeout(() => process.exit(1), closeMsMax).unref()
  // The port stays open until the workers have given back what they run.
  await backend.close()
  server.close()
  server.closeAllConnections()
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
      case 'migrate': {
        const applied = await migrateDatabase(readConfig(readEnv()))
        console.log(applied.length === 0 ? 'Nothing to do.' : `Applied: ${applied.join(', ')}`)
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
