/**
 * Hints that other backends hear as well, over Redis. They stay hints: one that is lost, doubled or late changes when
 * somebody looks, never what is found. So nothing here waits for Redis, and nothing fails with it.
 */
import { randomUUID } from 'node:crypto'
import { createClient } from '@redis/client'
import type { RedisConfig } from '../config/redis.ts'
import type { Health } from '../health.ts'
import type { Log } from '../log.ts'
import { hintsMax, readHintMessage, writeHintMessage } from './hint-message.ts'
import type { Hints, JobHint } from './hints.ts'

const channel = 'bp:hints'
const connectMsMax = 5_000
/** Before it tries to connect again: twice as long each time, up to this. */
const retryMsMax = 5_000
const pingEveryMs = 20_000
/** A connection on which nothing comes for so long, not even an answer to a ping, is given up. */
const silentMsMax = 60_000
/** Messages under way; beyond, new ones are dropped. */
const messagesMax = 100
/** Hints within this time are one message. */
const gatherMs = 5

export interface SharedHintsOptions {
  /** Hints within this process. */
  readonly own: Hints
  readonly redis: RedisConfig
  readonly token: string | undefined
  readonly health: Health
  readonly log: Log
}

/** Answers at once; hints of others come as soon as there is a connection, and again after each break. */
export function shareHints({
  own,
  redis,
  token,
  health,
  log,
}: SharedHintsOptions): Hints & AsyncDisposable {
  const from = randomUUID()
  const subscriber = createClient({
    socket: {
      host: redis.host,
      port: redis.port,
      ...(redis.tls ? { tls: true } : {}),
      connectTimeout: connectMsMax,
      socketTimeout: silentMsMax,
      reconnectStrategy: tries => Math.min(50 * 2 ** Math.min(tries, 10), retryMsMax),
    },
    ...(token === undefined ? {} : { password: token }),
    pingInterval: pingEveryMs,
    commandsQueueMaxLength: messagesMax,
  })
  const publisher = subscriber.duplicate({ disableOfflineQueue: true })

  const say = (status: 'ok' | 'warn', text: string): void =>
    health.say({ name: 'hints', status, text })
  say('warn', 'There is no connection to other backends yet.')
  for (const client of [subscriber, publisher]) {
    let isBroken = false
    client.on('ready', () => {
      isBroken = false
      if (subscriber.isReady && publisher.isReady) say('ok', 'Other backends hear of news at once.')
    })
    // Told once a break: it goes on trying, and each try would be a line.
    client.on('error', (thrown: unknown) => {
      say(
        'warn',
        'Redis cannot be reached: backends find out about each other’s work a second later.',
      )
      if (!isBroken) log.warn({ err: thrown }, 'hints do not travel')
      isBroken = true
    })
  }

  const hear = (text: string): void => {
    const message = readHintMessage(text)
    if (message === undefined || message.from === from) return
    own.started(message.jobs.filter(({ what }) => what === 'job'))
    own.progressed(message.jobs.filter(({ what }) => what === 'progress'))
    if (message.work) own.work()
  }
  // Both settle only when there is a connection, or when it is closed before there was one.
  subscriber
    .connect()
    .then(() => subscriber.subscribe(channel, hear))
    .catch(() => undefined)
  publisher.connect().catch(() => undefined)

  const gathered = { work: false, jobs: new Map<string, JobHint>() }
  let timer: NodeJS.Timeout | undefined
  const send = (): void => {
    timer = undefined
    const message = { from, work: gathered.work, jobs: [...gathered.jobs.values()] }
    gathered.work = false
    gathered.jobs.clear()
    if (!publisher.isReady) return
    publisher.publish(channel, writeHintMessage(message)).catch(() => undefined)
  }
  const gather = (work: boolean, jobs: readonly JobHint[]): void => {
    if (work) gathered.work = true
    for (const hint of jobs)
      if (gathered.jobs.size < hintsMax) gathered.jobs.set(`${hint.jobId} ${hint.what}`, hint)
    timer ??= setTimeout(send, gatherMs)
  }
  const hintsOf = (
    jobs: Parameters<Hints['started']>[0],
    what: JobHint['what'],
  ): readonly JobHint[] => jobs.map(({ jobId, userId }) => ({ jobId, userId, what }))

  return {
    changed: changes => {
      own.changed(changes)
      if (changes.length > 0) gather(true, hintsOf(changes, 'job'))
    },
    started: jobs => {
      own.started(jobs)
      if (jobs.length > 0) gather(false, hintsOf(jobs, 'job'))
    },
    progressed: jobs => {
      own.progressed(jobs)
      if (jobs.length > 0) gather(false, hintsOf(jobs, 'progress'))
    },
    work: () => {
      own.work()
      gather(true, [])
    },
    onJob: listener => own.onJob(listener),
    onWork: listener => own.onWork(listener),
    [Symbol.asyncDispose]: async () => {
      clearTimeout(timer)
      for (const client of [subscriber, publisher]) if (client.isOpen) client.destroy()
    },
  }
}
