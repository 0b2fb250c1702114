import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

/** Where the front door is: its public address, and the host that really answers. */
export interface FrontDoor {
  /** As people type it: its scheme and host go into the question and into the certificate's check. */
  readonly url: string
  /** `host` or `host:port` to connect to. The load balancer's own name answers before any DNS of the domain does. */
  readonly connect: string
}

export interface Answer {
  /** 0 when nobody answered. */
  readonly status: number
  /** Its beginning, or why there is none. */
  readonly text: string
}

const answerMsMax = 10_000
const textCharsMax = 500

/** Asks the front door for a path, once. Whatever goes wrong is an answer. */
export function ask({ url, connect }: FrontDoor, path: string): Promise<Answer> {
  const { protocol, host, hostname } = new URL(url)
  const isTls = protocol === 'https:'
  const [to = '', port] = connect.split(':')
  return new Promise(resolve => {
    const options = {
      host: to,
      port: port ?? (isTls ? 443 : 80),
      path,
      headers: { host, connection: 'close' },
      signal: AbortSignal.timeout(answerMsMax),
      agent: false,
    }
    const call = isTls ? httpsRequest({ ...options, servername: hostname }) : httpRequest(options)
    call.once('error', error => resolve({ status: 0, text: error.message }))
    call.once('response', response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece: string) => {
        if (text.length < textCharsMax) text += piece
      })
      response.once('error', error => resolve({ status: 0, text: error.message }))
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, text: text.slice(0, textCharsMax) }),
      )
    })
    call.end()
  })
}
