/** The app with one fleet in it: a fleet that was created in the Admin UI stands in no file of the repository. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fleetTemplates } from '@bp/contracts/fleets'
import type { DesiredConfig } from '@bp/contracts/shapes/desired-config'
import { readDocument } from '../config/load.ts'
import { openAssembly, type Assembly } from './cdk.ts'
import type { FleetRef } from './fleet-ref.ts'
import { installationFile } from './installation.ts'
import type { Show } from './tool.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Opens the installation's app with this fleet as its only one. The file that says so is gone when the app is open. */
export const openFleetAssembly =
  (env: Environment, show: Show) =>
  async (fleet: DesiredConfig): Promise<Assembly> => {
    const folder = await mkdtemp(join(tmpdir(), 'bp-fleet-'))
    try {
      const file = join(folder, 'config.json')
      const document = { ...readDocument(installationFile(env)), fleets: [fleet] }
      await writeFile(file, JSON.stringify(document))
      return await openAssembly(env, file, show)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

/** A document good enough to name a stack that is to go: its own may be faulty, or gone with its row. */
export const placeholderFleet = ({ stage, slug }: FleetRef): DesiredConfig => ({
  stage,
  slug,
  name: '',
  template: 'gpu-24gb',
  instance_types: fleetTemplates['gpu-24gb'].instanceTypes.slice(0, 1),
  min: 0,
  max: 0,
  on_demand_max: 0,
})
