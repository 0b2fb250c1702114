import { fail, pass, skip, warn, type Finding, type Patient } from './check.ts'

/** What the running instance says about itself, part by part. */
export function checkRunning({
  instance,
  parts,
}: Pick<Patient, 'instance' | 'parts'>): readonly Finding[] {
  if (instance === undefined) return [skip('running', 'bp is not running: npx bp up')]
  if (parts === undefined)
    return [
      fail(
        'running',
        `Process ${instance.pid} runs, but ${instance.url} does not answer.`,
        'npx bp down, then npx bp up',
      ),
    ]
  const found = parts.map(part => {
    const name = `bp: ${part.name}`
    if (part.status === 'ok') return pass(name, part.text)
    const fix = `Read the log in ${instance.data}.`
    return part.status === 'warn' ? warn(name, part.text, fix) : fail(name, part.text, fix)
  })
  return [pass('running', `process ${instance.pid} at ${instance.url}`), ...found]
}
