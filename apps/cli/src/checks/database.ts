import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { fail, pass, skip, type Finding, type Patient } from './check.ts'

const magic = 'SQLite format 3\0'

/** The database file is one, as far as can be told without opening it beside a running instance. */
export async function checkDatabase({ dataFolder }: Pick<Patient, 'dataFolder'>): Promise<Finding> {
  const path = join(dataFolder, 'bp.sqlite')
  try {
    const head = await beginningOf(path)
    // A new file is empty until its first page is written.
    if (head === '' || head === magic) return pass('database', path)
    return fail('database', `${path} is no SQLite database.`, 'Move it away, or restore a copy.')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return skip('database', 'There is none before the first start.')
    const reason = error instanceof Error ? error.message : String(error)
    return fail('database', `${path} cannot be read: ${reason}.`, `Look at ${path}.`)
  }
}

async function beginningOf(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const head = Buffer.alloc(magic.length)
    const { bytesRead } = await file.read(head, 0, head.length, 0)
    return head.toString('latin1', 0, bytesRead)
  } finally {
    await file.close()
  }
}
