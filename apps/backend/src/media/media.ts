/**
 * Looks into pictures that come from outside. Cheap tests first (magic bytes, pixels by the header), then a whole
 * decode in a child process that is started on demand and ended after a minute without work.
 *
 *   away ── first picture ──▶ up ── 60 s idle ──▶ away
 *                             │ hang or crash: killed, the picture is refused, the next one starts another child
 *                             │ killed from outside: nobody knows about the picture, it may be brought again
 */
import { fork, type ChildProcess } from 'node:child_process'
import { extname, join } from 'node:path'
import { problem } from '@bp/contracts/errors'
import { limits } from '@bp/contracts/limits'
import type { Log } from '../log.ts'
import {
  tooManyPixels,
  type DecodeAnswer,
  type DecodeAsk,
  type Decoded,
} from './decode-protocol.ts'
import { sniff, type Sniffed } from './sniff.ts'

export interface Media extends AsyncDisposable {
  /** By the first bytes alone. Throws `type_refused` with the reason. */
  inspectHead(head: Uint8Array): Sniffed
  /**
   * Decodes the whole picture and makes thumbnails. Throws `type_refused`, or `unavailable` when too much waits or the
   * decoder was killed by somebody else.
   */
  decode(bytes: Uint8Array, widths: readonly number[]): Promise<Decoded>
}

export interface MediaOptions {
  readonly log: Log
  readonly idleMs?: number
  readonly decodeMsMax?: number
  /** Another program to decode with, for tests of crashes and hangs. */
  readonly childPath?: string
}

/** A `lost` answer says nothing about the picture. */
type Answer = DecodeAnswer | { readonly lost: string }

/** Pictures that wait for the child; beyond, `unavailable`. */
const waitingMax = 32

/** Beside this very file, with its extension: source beside source, bundle beside bundle. */
const decodeChild = join(import.meta.dirname, `decode-child${extname(import.meta.filename)}`)

export function openMedia({
  log,
  idleMs = 60_000,
  decodeMsMax = 20_000,
  childPath = decodeChild,
}: MediaOptions): Media {
  let child: ChildProcess | undefined
  let idle: NodeJS.Timeout | undefined
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()
  let asked = 0

  const stop = (): void => {
    clearTimeout(idle)
    child?.kill('SIGKILL')
    child = undefined
  }
  const start = (): ChildProcess => {
    const started = fork(childPath, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
      // Two arenas instead of eight a core: a third less memory at the same speed.
      env: { MALLOC_ARENA_MAX: '2' },
    })
    started.on('exit', () => {
      if (child === started) child = undefined
    })
    started.on('error', (thrown: Error) => log.warn({ err: thrown }, 'the decoder did not start'))
    return started
  }

  const ask = (bytes: Uint8Array, widths: readonly number[]): Promise<Answer> =>
    new Promise(resolve => {
      clearTimeout(idle)
      const decoder = (child ??= start())
      const n = ++asked
      let isHung = false
      const done = (answer: Answer): void => {
        clearTimeout(limit)
        decoder.off('message', onMessage)
        decoder.off('exit', onExit)
        idle = setTimeout(stop, idleMs)
        idle.unref()
        resolve(answer)
      }
      const onMessage = (answer: DecodeAnswer): void => {
        if (answer.n === n) done(answer)
      }
      const onExit = (_code: number | null, signal: NodeJS.Signals | null): void => {
        // A crash has a signal of its own (SIGSEGV, SIGABRT); these two come from outside: no memory, or an operator.
        const isFromOutside = !isHung && (signal === 'SIGKILL' || signal === 'SIGTERM')
        done(
          isFromOutside
            ? { lost: 'the decoder was killed' }
            : { n, refused: isHung ? 'it takes too long to decode' : 'the decoder crashed' },
        )
      }
      const limit = setTimeout(() => {
        log.warn({ decodeMsMax }, 'a picture took too long to decode; the decoder is ended')
        isHung = true
        // The kill is seen as an exit, which answers.
        decoder.kill('SIGKILL')
      }, decodeMsMax)
      decoder.on('message', onMessage)
      decoder.on('exit', onExit)
      const message: DecodeAsk = { n, bytes, pixelsMax: limits.imagePixelsMax, widths }
      decoder.send(message, failed => {
        // It was gone before it had the picture; whatever ended it was not this one.
        if (failed !== null) done({ lost: 'the decoder is gone' })
      })
    })

  return {
    inspectHead: head => {
      const found = sniff(head)
      if ('refused' in found) throw problem('type_refused', { reason: found.refused })
      const pixels = (found.width ?? 1) * (found.height ?? 1)
      if (pixels === 0) throw problem('type_refused', { reason: 'it has no pixels' })
      if (pixels > limits.imagePixelsMax)
        throw problem('type_refused', {
          reason: `it is ${found.width} × ${found.height} pixels large`,
        })
      return found
    },
    decode: async (bytes, widths) => {
      if (waiting >= waitingMax)
        throw problem(
          'unavailable',
          { reason: 'too many pictures wait to be looked at' },
          { retryAfterS: 2 },
        )
      waiting++
      // One after another: each may take hundreds of megabytes.
      const mine = last.then(() => ask(bytes, widths))
      last = mine
      try {
        const answer = await mine
        if ('lost' in answer) {
          log.warn({ reason: answer.lost }, 'a picture could not be looked at')
          throw problem('unavailable', { reason: answer.lost }, { retryAfterS: 2 })
        }
        if ('refused' in answer) {
          log.info({ reason: answer.refused }, 'a picture was refused')
          const isTooLarge = answer.refused === tooManyPixels
          throw problem('type_refused', {
            reason: isTooLarge ? tooManyPixels : 'it is damaged or cut off',
          })
        }
        return answer
      } finally {
        waiting--
      }
    },
    [Symbol.asyncDispose]: async () => stop(),
  }
}
