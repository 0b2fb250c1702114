#!/usr/bin/env node
import { join } from 'node:path'
import { buildApp } from '../lib/app.ts'
import { ConfigFault } from '../lib/config/config.ts'
import { loadConfig } from '../lib/config/load.ts'

const env = process.env
const file = env['BP_INFRA_CONFIG'] ?? join(import.meta.dirname, '..', 'config.json')
try {
  buildApp(
    loadConfig(file, {
      account: env['CDK_DEFAULT_ACCOUNT'],
      region: env['CDK_DEFAULT_REGION'],
    }),
  ).synth()
} catch (error) {
  if (!(error instanceof ConfigFault)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
