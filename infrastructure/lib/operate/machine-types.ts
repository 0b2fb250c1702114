/** How many of a fleet's machines the account may have, and whether its zones offer them. */
import { DescribeInstanceTypeOfferingsCommand, type EC2Client } from '@aws-sdk/client-ec2'
import { GetServiceQuotaCommand, type ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import type { DesiredConfig } from '@bp/contracts/shapes/desired-config'
import { OperateFault } from './fault.ts'
import type { Say } from './script.ts'

/** Quotas of EC2 count vCPUs of a family, Spot and On-Demand apart: docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html */
const quotas = {
  g: { spot: 'L-3819A6DF', onDemand: 'L-DB2E81BA', title: 'G and VT' },
  p: { spot: 'L-7212CCBC', onDemand: 'L-417A185B', title: 'P' },
} as const

/** vCPUs of a machine type, by its size: `xlarge` has 4, `2xlarge` 8, and so on in all families that bp uses. */
export function vcpusOf(type: string): number {
  const [, times, size] = /\.(\d*)(large|xlarge)$/.exec(type) ?? []
  if (size === undefined) throw new Error(`the size of ${type} says no number of vCPUs`)
  return size === 'large' ? 2 : 4 * Number(times === '' ? 1 : times)
}

interface Need {
  readonly code: string
  readonly title: string
  readonly vcpus: number
}

/** The quotas that a fleet needs to reach its maximum, with the smallest machines that it may take. */
export function needsOf({
  instance_types: types,
  max,
  on_demand_max: onDemandMax,
}: Pick<DesiredConfig, 'instance_types' | 'max' | 'on_demand_max'>): readonly Need[] {
  const family = types.some(type => type.startsWith('p')) ? quotas.p : quotas.g
  const vcpus = Math.min(...types.map(vcpusOf))
  return [
    { code: family.spot, title: `${family.title} Spot`, vcpus: max * vcpus },
    { code: family.onDemand, title: `${family.title} On-Demand`, vcpus: onDemandMax * vcpus },
  ].filter(need => need.vcpus > 0)
}

/** Throws `quota_too_small` with the request that raises it. */
export async function demandQuota(
  serviceQuotas: ServiceQuotasClient,
  config: DesiredConfig,
): Promise<void> {
  for (const { code, title, vcpus } of needsOf(config)) {
    const { Quota } = await serviceQuotas.send(
      new GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode: code }),
    )
    const has = Quota?.Value ?? 0
    if (has < vcpus)
      throw new OperateFault(
        'quota_too_small',
        `${config.stage}/${config.slug} needs ${vcpus} vCPUs of ${title} machines, and the account may have ${has}.`,
        `aws service-quotas request-service-quota-increase --service-code ec2 --quota-code ${code} --desired-value ${vcpus} (AWS answers within a day or two), or lower the fleet's maximum.`,
      )
  }
}

/** Throws `unknown_instance_type` when no zone of the installation offers any of the fleet's types; tells which are missing. */
export async function demandOffered(
  ec2: EC2Client,
  types: readonly string[],
  zones: readonly string[],
  say: Say,
): Promise<void> {
  const { InstanceTypeOfferings = [] } = await ec2.send(
    new DescribeInstanceTypeOfferingsCommand({
      LocationType: 'availability-zone',
      Filters: [
        { Name: 'instance-type', Values: [...types] },
        { Name: 'location', Values: [...zones] },
      ],
    }),
  )
  const offered: ReadonlySet<string | undefined> = new Set(
    InstanceTypeOfferings.map(({ InstanceType }) => InstanceType),
  )
  const missing = types.filter(type => !offered.has(type))
  if (missing.length === types.length)
    throw new OperateFault(
      'unknown_instance_type',
      `Neither ${zones.join(' nor ')} offers ${types.join(' or ')}.`,
      'Choose other machine types in the Admin UI, or other zones in the configuration.',
    )
  for (const type of missing) say(`${type} is offered in none of ${zones.join(', ')}.`)
}
