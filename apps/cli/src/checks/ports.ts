import { createServer } from 'node:net'
import { fail, pass, type Finding, type Patient } from './check.ts'

/** The two ports are free, or bp itself has them. */
export async function checkPorts({
  ports,
  instance,
}: Pick<Patient, 'ports' | 'instance'>): Promise<readonly Finding[]> {
  if (instance !== undefined)
    return [pass('ports', `bp listens on ${instance.url} and ${instance.files_url}`)]
  return Promise.all([
    checkPort('port', ports.front, 'BP_PORT'),
    checkPort('files port', ports.files, 'BP_FILES_PORT'),
  ])
}

async function checkPort(name: string, port: number, variable: string): Promise<Finding> {
  const fault = await tryListen(port)
  if (fault === undefined) return pass(name, `${port} is free`)
  return fail(name, `${port} cannot be used: ${fault}.`, `${variable}=${port + 100} npx bp up`)
}

function tryListen(port: number): Promise<string | undefined> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(
        error.code === 'EADDRINUSE' ? 'another program has it' : (error.code ?? error.message),
      ),
    )
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)))
  })
}
