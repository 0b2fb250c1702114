/** The one file of the agent that reads the environment. */
import { configWords, type ConfigSource } from './config.ts'

const envPrefix = 'BP_WORKER_'

/** Collects `BP_WORKER_URL`, `BP_WORKER_SECRET` … for `readConfig`. */
export function envSource(env: NodeJS.ProcessEnv = process.env): ConfigSource {
  return Object.fromEntries(
    configWords.map(word => [word, env[`${envPrefix}${word.toUpperCase()}`]]),
  )
}
