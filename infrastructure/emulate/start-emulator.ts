import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { createServer } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'

const root = join(import.meta.dirname, '../..')
const python = join(root, '.venv/bin/python')

const account = '000000000000'
const region = 'us-east-1'
const triesMax = 3
const startMsMax = 60_000
const lookEveryMs = 50
const endMsMax = 10_000
const logTailChars = 3_000

export interface EmulatorOptions {
  /** Everything it writes goes here: log, certificates, files of its S3. Made when it is not there. */
  readonly folder: string
  /** Check identities and policies from the first call on. */
  readonly auth?: boolean
  /** Speak TLS with a certificate of its own, which `env` makes Node, the AWS CLI and the CDK trust. */
  readonly ssl?: boolean
}

export interface Emulator extends AsyncDisposable {
  readonly endpoint: string
  readonly account: string
  readonly region: string
  /** The whole environment of a child process that talks to the emulator and to nothing else of AWS. */
  readonly env: Readonly<Record<string, string>>
  readonly logFile: string
}

/**
 * Starts the AWS emulator on a free loopback port and waits until it answers a call. It ends with this process, however
 * that ends. Throws with the tail of its log when it does not start.
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  for (let tried = 1; ; tried++) {
    try {
      return await startOnce(options)
    } catch (error) {
      // Between the choice of a port and its use somebody else may take it.
      const isTaken = error instanceof Error && error.message.includes('already in use')
      if (!isTaken || tried === triesMax) throw error
    }
  }
}

async function startOnce(options: EmulatorOptions): Promise<Emulator> {
  const { folder, auth = false, ssl = false } = options
  const home = join(folder, 'home')
  const temporary = join(folder, 'tmp')
  await Promise.all([mkdir(home, { recursive: true }), mkdir(temporary, { recursive: true })])
  const programs = await ownPrograms(join(folder, 'bin'))
  const port = await freePort()
  const certificate = ssl ? join(temporary, 'ministack-tls/server.crt') : undefined
  const endpoint = `${ssl ? 'https' : 'http'}://127.0.0.1:${port}`
  const env = clientEnvironment({ endpoint, programs, home, certificate })

  const logFile = join(folder, 'emulator.log')
  await using log = await open(logFile, 'w')
  const child = spawn(python, ['-m', 'launcher'], {
    cwd: folder,
    // A group of its own, so that the Lambdas it starts can be ended with it.
    detached: true,
    stdio: ['pipe', log.fd, log.fd],
    env: { ...env, ...launcherEnvironment({ port, auth, ssl, temporary }) },
  })
  child.stdin?.on('error', () => undefined)
  try {
    await untilItAnswers(child, endpoint, certificate)
  } catch (cause) {
    await end(child)
    const said = await readFile(logFile, 'utf8').catch(() => '')
    throw new Error(
      `The emulator did not start. Its log ends with:\n${said.slice(-logTailChars)}`,
      {
        cause,
      },
    )
  }
  return { endpoint, account, region, env, logFile, [Symbol.asyncDispose]: () => end(child) }
}

/**
 * The AWS command line tool sends calls of RDS and SQS to AWS itself, whatever AWS_ENDPOINT_URL says, unless the endpoint is
 * an argument. So it is given one here; and whatever would still leave this machine ends at a proxy that is not there.
 */
async function ownPrograms(folder: string): Promise<string> {
  const script = `#!/bin/sh
export HTTPS_PROXY=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9 NO_PROXY=127.0.0.1,localhost
exec ${quoted(join(dirname(python), 'aws'))} --endpoint-url "$AWS_ENDPOINT_URL" "$@"
`
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'aws'), script, { mode: 0o755 })
  return folder
}

const quoted = (path: string): string => `'${path.replaceAll("'", String.raw`'\''`)}'`

interface ClientOptions {
  readonly endpoint: string
  readonly programs: string
  readonly home: string
  readonly certificate: string | undefined
}

/** What clients need, and nothing of this machine's own AWS settings. */
function clientEnvironment(options: ClientOptions): Record<string, string> {
  const { endpoint, programs, home, certificate } = options
  const path = [dirname(process.execPath), programs, dirname(python), process.env['PATH'] ?? '']
  return {
    PATH: path.join(delimiter),
    // The CDK's command line tool remembers in HOME which key belongs to which account.
    HOME: home,
    LANG: 'C.UTF-8',
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    CDK_DEFAULT_ACCOUNT: account,
    CDK_DEFAULT_REGION: region,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_VERSION_CHECK: '1',
    ...(certificate !== undefined && {
      NODE_EXTRA_CA_CERTS: certificate,
      AWS_CA_BUNDLE: certificate,
    }),
  }
}

interface LauncherOptions {
  readonly port: number
  readonly auth: boolean
  readonly ssl: boolean
  readonly temporary: string
}

function launcherEnvironment({ port, auth, ssl, temporary }: LauncherOptions) {
  return {
    PYTHONPATH: import.meta.dirname,
    // No compiled files beside the sources.
    PYTHONDONTWRITEBYTECODE: '1',
    // The emulator binds every interface unless it is told otherwise.
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    MINISTACK_ACCOUNT_ID: account,
    MINISTACK_REGION: region,
    TMPDIR: temporary,
    AUTH: String(auth),
    ...(ssl && { USE_SSL: '1' }),
    NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'loopback-only.mjs')).href}`,
    // Listeners of services that bp does not use.
    SFTP_ENABLED: '0',
    IOT_MTLS_ENABLED: '0',
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('a port was expected')
  return address.port
}

async function untilItAnswers(
  child: ChildProcess,
  endpoint: string,
  certificate: string | undefined,
): Promise<void> {
  const endAt = performance.now() + startMsMax
  for (;;) {
    if (hasEnded(child)) throw new Error(`it ended with ${child.exitCode ?? child.signalCode}`)
    const failure = await whoAmI(child, endpoint, certificate)
    if (failure === undefined) return
    if (performance.now() > endAt) {
      throw new Error(`no answer within ${startMsMax} ms`, { cause: failure })
    }
    await wait(lookEveryMs)
  }
}

/**
 * Asks STS who the caller is, the first call of every tool, and whether it was our process that answered: another one may
 * have taken the port in between. Yields what went wrong.
 */
async function whoAmI(
  child: ChildProcess,
  endpoint: string,
  certificate: string | undefined,
): Promise<unknown> {
  try {
    const ca = certificate === undefined ? {} : { ca: await readFile(certificate) }
    const called = await ask(`${endpoint}/?Action=GetCallerIdentity&Version=2011-06-15`, ca)
    // With identities on, an unsigned call is refused: that is an answer too.
    if (called.status >= 500) return new Error(`status ${called.status}`)
    const { pid } = Status.parse(JSON.parse((await ask(`${endpoint}/_bp/status`, ca)).content))
    return pid === child.pid ? undefined : new Error(`process ${pid} answers on its port`)
  } catch (error) {
    return error
  }
}

const Status = z.object({ pid: z.int() })

/** One GET. Not `fetch`, which takes no certificate of one's own. */
async function ask(
  url: string,
  tls: { readonly ca?: Buffer },
): Promise<{ readonly status: number; readonly content: string }> {
  const signal = AbortSignal.timeout(startMsMax)
  const call = url.startsWith('https:')
    ? httpsRequest(url, { ...tls, signal })
    : httpRequest(url, { signal })
  call.end()
  const [answer]: IncomingMessage[] = await once(call, 'response')
  if (answer?.statusCode === undefined) throw new Error('an answer was expected')
  return { status: answer.statusCode, content: await text(answer) }
}

const hasEnded = (child: ChildProcess): boolean =>
  child.exitCode !== null || child.signalCode !== null || child.pid === undefined

/** Ends the process and its group: politely, by the end of its input, and by force after a while. */
async function end(child: ChildProcess): Promise<void> {
  if (!hasEnded(child)) {
    const ended = once(child, 'exit')
    child.stdin?.end()
    await Promise.race([ended, wait(endMsMax, undefined, { ref: false })])
  }
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group is empty already.
  }
}
