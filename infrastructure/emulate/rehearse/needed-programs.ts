import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { repositoryRoot } from './places.ts'

const installed = 'infrastructure/emulate/install.sh'
const venv = join(repositoryRoot, '.venv/bin')

/** Programs that are started, and what brings them. */
const programs: Readonly<Record<string, string>> = {
  bash: 'apt-get install bash',
  curl: 'apt-get install curl',
  mariadbd: 'apt-get install mariadb-server',
  openssl: 'apt-get install openssl',
  'redis-cli': 'apt-get install redis-tools',
  'redis-server': 'apt-get install redis-server',
  [join(venv, 'ministack')]: installed,
  [join(venv, 'aws')]: installed,
  [join(venv, 'act')]: installed,
}

/** What is missing on this machine, a sentence each. */
export function missingPrograms(path: string): readonly string[] {
  if (process.platform !== 'linux') return ['The images are for Linux, and so is the rehearsal.']
  // A database server lies in /usr/sbin, which the PATH of ordinary users leaves out.
  const folders = [...path.split(delimiter), '/usr/sbin', '/usr/local/sbin']
  const isThere = (program: string): boolean =>
    program.startsWith('/')
      ? existsSync(program)
      : folders.some(folder => existsSync(join(folder, program)))
  return Object.entries(programs)
    .filter(([program]) => !isThere(program))
    .map(([program, install]) => `${program} is missing: ${install}`)
}
