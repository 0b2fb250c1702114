import { createClient } from '@bp/client'
import type { CheckStatus, Finding, Part, Patient } from '../../checks/check.ts'
import { checkDataFolder, checkDisk } from '../../checks/data-folder.ts'
import { checkDatabase } from '../../checks/database.ts'
import { checkEngine } from '../../checks/engine.ts'
import { checkNode } from '../../checks/node.ts'
import { checkPorts } from '../../checks/ports.ts'
import { checkRunning } from '../../checks/running.ts'
import { exitCodes } from '../../exit-codes.ts'
import type { Tone } from '../../hosts/style.ts'
import { findInstance } from '../../instance/find-instance.ts'
import type { RunFile } from '../../instance/run-file.ts'
import type { Run } from '../../verb.ts'

const askMsMax = 5_000
const tones: Readonly<Record<CheckStatus, Tone>> = {
  PASS: 'good',
  WARN: 'warn',
  FAIL: 'bad',
  SKIP: 'dim',
}

/** Runs every check, whatever the others found. Exit 8 when one fails. */
export const run: Run = async function* (_input, context) {
  yield { say: 'progress', phase: 'looking', text: 'looking at this machine', part: null }
  const instance = await findInstance(context.folders)
  const patient: Patient = {
    nodeVersion: process.version,
    dataFolder: context.folders.data,
    ports: context.ports,
    engineUrl: context.engineUrl,
    instance,
    parts: instance === undefined ? undefined : await partsOf(instance, context.signal),
    signal: context.signal,
  }
  const looked = await Promise.all([
    checkPorts(patient),
    checkDisk(patient),
    checkDataFolder(patient),
    checkDatabase(patient),
    checkEngine(patient),
  ])
  const findings: readonly Finding[] = [
    checkNode(patient),
    ...looked.flat(),
    ...checkRunning(patient),
  ]
  const failed = findings.filter(finding => finding.status === 'FAIL')
  const message = `${failed.length === 1 ? '1 check fails' : `${failed.length} checks fail`}.`
  return {
    data: { findings },
    view: {
      kind: 'table',
      columns: ['check', 'status', 'found', 'fix'],
      rows: findings.map(({ name, status, text, fix }) => [
        name,
        { text: status, tone: tones[status] },
        text,
        fix ?? '',
      ]),
      empty: 'Nothing was checked.',
    },
    ...(failed.length > 0
      ? { exit: exitCodes.doctorFault, failure: { code: 'doctor_fault', message } }
      : {}),
  }
}

async function partsOf(
  instance: RunFile,
  signal: AbortSignal,
): Promise<readonly Part[] | undefined> {
  try {
    const client = createClient({ baseUrl: instance.url })
    return (await client.system.ready({ signal, timeoutMs: askMsMax })).parts
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}
