import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CloudFormationValidatePlugin, Validations, type App } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { asPlugin } from './constructs/as-interface.ts'

const folder = join(import.meta.dirname, '..', 'guard')

/** The rules of `guard/`, each with the name of its file. */
const guardRules = globSync('*.guard', { cwd: folder })
  .toSorted()
  .map(name => ({ name, content: readFileSync(join(folder, name), 'utf8') }))

/** Built-in validation and our own rules. One for all apps of a process: to start it takes as long as to run it. */
const validation = asPlugin(new CloudFormationValidatePlugin({ guardRules }))

/** Every check that a synth must pass. What it accepts stands beside the resource, with a reason. */
export function addChecks(app: App): void {
  Validations.of(app).addPlugins(validation, new AwsSolutionsChecks(app))
}
