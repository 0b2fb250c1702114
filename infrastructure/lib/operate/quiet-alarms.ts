import { paginateDescribeAlarms, type CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { names } from '@bp/contracts/names'
import type { ServiceName } from './service.ts'

/** Alarms that say something about a deployment: those that wake somebody, and the services' own. */
export const isAboutDeploy = (alarm: string, services: readonly ServiceName[]): boolean =>
  alarm.startsWith(names.alarms.p1('')) ||
  services.some(service => alarm === names.alarms.p2(`${service}-deploy-errors`))

/** Alarms about a deployment that ring now. */
export async function ringing(
  cloudwatch: CloudWatchClient,
  services: readonly ServiceName[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for await (const page of paginateDescribeAlarms(
    { client: cloudwatch },
    {
      AlarmNamePrefix: 'bp-',
      StateValue: 'ALARM',
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
    },
  ))
    for (const { AlarmName = '' } of [
      ...(page.MetricAlarms ?? []),
      ...(page.CompositeAlarms ?? []),
    ])
      if (isAboutDeploy(AlarmName, services)) found.add(AlarmName)
  return found
}

/** What rings now and did not before. */
export const newlyRinging = (
  before: ReadonlySet<string>,
  now: ReadonlySet<string>,
): readonly string[] => [...now].filter(alarm => !before.has(alarm)).toSorted()
