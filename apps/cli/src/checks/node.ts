import { fail, pass, type Finding, type Patient } from './check.ts'

const majorMin = 24

/** Files run as they are written, which Node does from 24 on. */
export function checkNode({ nodeVersion }: Pick<Patient, 'nodeVersion'>): Finding {
  const major = Number(nodeVersion.replace(/^v/, '').split('.')[0])
  return major >= majorMin
    ? pass('node', nodeVersion)
    : fail(
        'node',
        `${nodeVersion} is too old; ${majorMin} is needed.`,
        'npm install, then npx bp doctor',
      )
}
