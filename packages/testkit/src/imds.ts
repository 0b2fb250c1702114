/** The metadata service of one EC2 machine, for tests and rehearsals: IMDSv2, with a notice of Spot on demand. */
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'

export interface ImdsOptions {
  readonly instanceId: string
  readonly instanceType: string
  readonly az: string
  readonly lifeCycle: 'spot' | 'on-demand'
}

export interface ImdsStub extends AsyncDisposable {
  readonly url: string
  /** From now on this machine is to be taken away in `inMs` (two minutes). */
  notice(inMs?: number): void
  /** The token that was given out is not known any more. */
  forgetToken(): void
  close(): Promise<void>
}

/** Starts it on a free port of this machine. */
export async function startImds(options: ImdsOptions): Promise<ImdsStub> {
  let token = ''
  let goneAt: number | undefined
  const answers = (path: string): string | undefined => {
    switch (path) {
      case 'instance-id':
        return options.instanceId
      case 'instance-type':
        return options.instanceType
      case 'instance-life-cycle':
        return options.lifeCycle
      case 'placement/availability-zone':
        return options.az
      case 'placement/region':
        return options.az.slice(0, -1)
      case 'spot/instance-action':
        return goneAt === undefined
          ? undefined
          : JSON.stringify({ action: 'terminate', time: new Date(goneAt).toISOString() })
      default:
        return undefined
    }
  }
  const server = createServer((request, response) => {
    const say = (status: number, text = ''): void => {
      response.writeHead(status, { 'content-type': 'text/plain' }).end(text)
    }
    const { method, url = '', headers } = request
    if (method === 'PUT' && url === '/latest/api/token') {
      // Behind a proxy the service gives no token: that is what keeps others' requests out.
      if (headers['x-forwarded-for'] !== undefined) return say(403)
      const seconds = Number(headers['x-aws-ec2-metadata-token-ttl-seconds'])
      if (!(seconds >= 1 && seconds <= 21_600)) return say(400)
      token = randomBytes(32).toString('base64url')
      return say(200, token)
    }
    if (token === '' || headers['x-aws-ec2-metadata-token'] !== token) return say(401)
    const text = url.startsWith('/latest/meta-data/')
      ? answers(url.slice('/latest/meta-data/'.length))
      : undefined
    return text === undefined ? say(404) : say(200, text)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const bound = server.address()
  if (typeof bound !== 'object' || bound === null) throw new Error('the metadata stub has no port')
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise<void>(resolve => server.close(() => resolve()))
  }
  return {
    url: `http://127.0.0.1:${bound.port}`,
    notice: (inMs = 120_000) => {
      goneAt = Date.now() + inMs
    },
    forgetToken: () => {
      token = ''
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
