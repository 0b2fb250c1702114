import { shapes } from '../../infrastructure/lib/config/shapes.ts'
import {
  fleetCost,
  monthlyCost,
  together,
  type CostLine,
} from '../../infrastructure/lib/cost/monthly-cost.ts'
import { pricesDate } from '../../infrastructure/lib/cost/prices.ts'
import { page, table } from './table.ts'

const usd = (amount: number) => amount.toFixed(2)
const rowsOf = (lines: readonly CostLine[]) =>
  lines.map(({ what, usdMonth, isPaidPaused }) => [
    what,
    usd(usdMonth),
    isPaidPaused ? 'yes' : 'no',
  ])

/** What an installation costs while nothing runs, by item. */
export function costsPage(): string {
  const head = ['item', 'dollars a month', 'paid while paused']
  const ofShapes = Object.entries(shapes).map(([name, shape]) => {
    const lines = monthlyCost(shape)
    const paused = lines.filter(line => line.isPaidPaused)
    return [
      `## ${name}`,
      table(head, rowsOf(lines)),
      `Together **${usd(together(lines))}**; **${usd(together(paused))}** when everything is paused.`,
    ].join('\n\n')
  })
  return page(
    'Costs',
    `While nobody does anything, in us-east-1: no traffic, no job, no machine of a fleet. List prices of ${pricesDate}, typed in by hand; taxes, free tiers and discounts are left out. \`node infrastructure/scripts/cost.ts\` prints the same.`,
    [
      ...ofShapes,
      [
        '## Each fleet',
        table(head, rowsOf(fleetCost)),
        `Together **${usd(together(fleetCost))}**.`,
      ].join('\n\n'),
    ],
  )
}
