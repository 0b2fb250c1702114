import { Duration, Stack } from 'aws-cdk-lib'
import {
  Alarm,
  ComparisonOperator,
  TreatMissingData,
  type IAlarmAction,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import { names } from '@bp/contracts/names'

/** What silence means: `notBreaching` all is well, `breaching` the worst, `ignore` what was true before, `missing` unknown. */
type Missing = 'notBreaching' | 'breaching' | 'ignore' | 'missing'

export interface BpAlarmProps {
  /** From `names.alarms`. */
  readonly name: string
  readonly metric: IMetric
  /** Exactly one of the two. */
  readonly above?: number
  readonly below?: number
  /** Fires when `points` of the last `of` periods are beyond the bound. 1 of 1 by default. */
  readonly points?: number
  readonly of?: number
  readonly missing: Missing
  /** What people notice, in one sentence. */
  readonly sees: string
  /** Page and heading of what to do: `docs/runbooks/site.md#no-backend`. */
  readonly runbook: string
  /** Who hears of it, when it begins and when it is over. Absent: another alarm or a deployment speaks for it. */
  readonly action?: IAlarmAction
}

/** An alarm that carries what people see and where its runbook stands. */
export class BpAlarm extends Alarm {
  /** What it was made of, for the page of all alarms. */
  readonly facts: BpAlarmProps

  constructor(scope: Construct, id: string, props: BpAlarmProps) {
    const { above, below } = props
    const threshold = above ?? below
    if (threshold === undefined || (above !== undefined && below !== undefined))
      throw new Error(`${props.name}: say either above or below`)
    super(scope, id, {
      alarmName: props.name,
      alarmDescription: describe(Stack.of(scope).region, props),
      metric: props.metric,
      threshold,
      comparisonOperator:
        above === undefined
          ? ComparisonOperator.LESS_THAN_THRESHOLD
          : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: props.of ?? props.points ?? 1,
      datapointsToAlarm: props.points ?? 1,
      treatMissingData: treatments[props.missing],
    })
    this.facts = props
    if (props.action !== undefined) {
      this.addAlarmAction(props.action)
      this.addOkAction(props.action)
    }
  }
}

/** What stands in the message that wakes somebody: what people see, the curves, and what to do. */
export function describe(
  region: string,
  { sees, runbook }: Pick<BpAlarmProps, 'sees' | 'runbook'>,
): string {
  const dashboard = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${names.dashboard}`
  return `${sees} Dashboard: ${dashboard} Runbook: ${runbook}`
}

const treatments: Readonly<Record<Missing, TreatMissingData>> = {
  notBreaching: TreatMissingData.NOT_BREACHING,
  breaching: TreatMissingData.BREACHING,
  ignore: TreatMissingData.IGNORE,
  missing: TreatMissingData.MISSING,
}

export const minute = Duration.minutes(1)
