#!/usr/bin/env node
/** `aws logs tail` of AWS CLI version 2, as far as the guide and the runbooks use it, by the same API call. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'

const pagesMax = 50
const followMs = 500

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    follow: { type: 'boolean', default: false },
    since: { type: 'string', default: '10m' },
    format: { type: 'string', default: 'detailed' },
    'log-stream-name-prefix': { type: 'string' },
    'filter-pattern': { type: 'string' },
  },
})
const [logGroupName] = positionals
if (logGroupName === undefined) throw new Error('aws logs tail: a log group is needed')

const client = new CloudWatchLogsClient()
const shown = new Set<string>()
const startTime = Date.now() - msOf(values.since)

do {
  for (const line of await newLines()) process.stdout.write(`${line}\n`)
  if (values.follow) await sleep(followMs)
} while (values.follow)

async function newLines(): Promise<string[]> {
  const lines: string[] = []
  let nextToken: string | undefined
  for (let page = 0; page < pagesMax; page++) {
    const answer = await client.send(
      new FilterLogEventsCommand({
        logGroupName,
        startTime,
        logStreamNamePrefix: values['log-stream-name-prefix'],
        filterPattern: values['filter-pattern'],
        nextToken,
      }),
    )
    for (const { eventId = '', timestamp = 0, logStreamName = '', message = '' } of answer.events ??
      []) {
      if (shown.has(eventId)) continue
      shown.add(eventId)
      const at = new Date(timestamp).toISOString()
      lines.push(
        values.format === 'short'
          ? `${at.slice(0, 19)} ${message}`
          : `${at} ${logStreamName} ${message}`,
      )
    }
    nextToken = answer.nextToken
    if (nextToken === undefined) break
  }
  return lines
}

/** `15m`, `2h`, `1d` in milliseconds. */
function msOf(text: string): number {
  const [, count = '', unit = ''] = /^(\d+)([smhdw])$/.exec(text) ?? []
  const seconds = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }[unit]
  if (seconds === undefined) throw new Error(`aws logs tail: ${text} is no time span`)
  return Number(count) * seconds * 1_000
}
