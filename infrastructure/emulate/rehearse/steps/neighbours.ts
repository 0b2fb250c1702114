import { join } from 'node:path'
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { z } from 'zod'
import { names } from '@bp/contracts/names'
import { startMariadbd } from '@bp/testkit/mariadbd'
import { freePort } from '../free-port.ts'
import { makeCertificates } from '../neighbours/certificates.ts'
import { startEngine } from '../neighbours/demo-engine.ts'
import { startRedis } from '../neighbours/redis.ts'
import type { Scene } from '../scene.ts'
import { chapter } from '../step.ts'

const step = chapter('What AWS would run by itself')

const Login = z.object({ username: z.string(), password: z.string() })

const sqlText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

/** The text of a secret, as a task finds it in its environment. */
export async function secretText({ cloud }: Scene, id: string): Promise<string> {
  const { SecretString } = await cloud.secrets.send(new GetSecretValueCommand({ SecretId: id }))
  if (SecretString === undefined) throw new Error(`the secret ${id} has no text`)
  return SecretString
}

/** The database that RDS would have made from the stack: its name, its login, TLS for everybody. */
async function startDatabase(scene: Scene): Promise<string> {
  const { certificateFile, keyFile } = scene.notebook.read('certificates')
  const login = Login.parse(JSON.parse(await secretText(scene, names.secrets.databaseMaster)))
  const port = await freePort()
  const server = await startMariadbd({
    network: { port, certificateFile, keyFile },
    initSql: [
      'CREATE DATABASE bp CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;',
      `CREATE USER ${sqlText(login.username)}@'%' IDENTIFIED BY ${sqlText(login.password)} REQUIRE SSL;`,
      `GRANT ALL ON bp.* TO ${sqlText(login.username)}@'%';`,
      '',
    ].join('\n'),
  })
  scene.closeAtEnd(async () => server.stop())
  scene.notebook.write('databasePort', port)
  return `MariaDB on port ${port}`
}

export const neighbours = step({
  id: 'neighbours',
  title: 'Database, cache and engine come up',
  real: 'MariaDB and Redis with TLS and the logins of bp-data; demo engine',
  emulated: 'RDS and ElastiCache are records; the engine has no GPU',
  needs: [names.stacks.data],
  play: async (scene, signal) => {
    const { programs, folder, notebook, shell } = scene
    const certificates = await makeCertificates(programs, join(folder, 'certificates'), {
      env: shell,
      signal,
    })
    notebook.write('certificates', certificates)
    const database = await startDatabase(scene)
    const redis = await startRedis(programs, {
      folder: join(folder, 'redis'),
      certificates,
      token: await secretText(scene, names.secrets.redisAuthToken),
      env: shell,
      signal,
    })
    notebook.write('cachePort', redis.port)
    const engine = await startEngine(programs, join(folder, 'engine'), shell, signal)
    notebook.write('engine', engine)
    return `${database}, Redis on port ${redis.port}, engine at ${engine.url}`
  },
})
