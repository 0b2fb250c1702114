import {
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
  type CloudWatchLogsClient,
} from '@aws-sdk/client-cloudwatch-logs'

const everyMs = 300
/** The service takes no more in one call. */
const batchMax = 1_000

export interface LogShipper {
  add(line: string): void
  /** Sends what is left and stops. */
  close(): Promise<void>
}

/** Brings the lines of a process to CloudWatch Logs, as the log driver of ECS or the agent of a machine does. */
export function shipLogs(
  logs: CloudWatchLogsClient,
  logGroupName: string,
  logStreamName: string,
): LogShipper {
  const waiting: { timestamp: number; message: string }[] = []
  let made: Promise<void> | undefined
  let sending: Promise<void> = Promise.resolve()

  const make = async (): Promise<void> => {
    try {
      await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }))
    } catch (error) {
      if (!(error instanceof ResourceAlreadyExistsException)) throw error
    }
  }
  const send = async (before: Promise<void>): Promise<void> => {
    await before
    const logEvents = waiting.splice(0, batchMax)
    if (logEvents.length === 0) return
    try {
      await (made ??= make())
      await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }))
    } catch {
      // Without its group a log goes nowhere, in AWS too; the file has it all the same.
      made = undefined
    }
  }
  const flush = (): Promise<void> => (sending = send(sending))
  const timer = setInterval(() => void flush(), everyMs)
  timer.unref()
  return {
    add: message => {
      waiting.push({ timestamp: Date.now(), message })
    },
    close: async () => {
      clearInterval(timer)
      while (waiting.length > 0) await flush()
      await sending
    },
  }
}
