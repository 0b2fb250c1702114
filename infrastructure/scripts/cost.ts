#!/usr/bin/env node
/** Prints what each shape costs a month while nothing runs, what of it is left when everything is paused, and a fleet. */
import { shapes } from '../lib/config/shapes.ts'
import { fleetCost, monthlyCost, together, type CostLine } from '../lib/cost/monthly-cost.ts'
import { pricesDate } from '../lib/cost/prices.ts'

const usd = (amount: number) => amount.toFixed(2).padStart(9)
const print = (text: string) => process.stdout.write(`${text}\n`)
function printLines(lines: readonly CostLine[]): void {
  for (const { what, usdMonth } of lines) print(`${usd(usdMonth)}  ${what}`)
  print(`${usd(together(lines))}  together`)
}

print(`Dollars a month, us-east-1, no traffic; prices of ${pricesDate}\n`)
for (const [name, shape] of Object.entries(shapes)) {
  const lines = monthlyCost(shape)
  print(name)
  printLines(lines)
  const paused = lines.filter(line => line.isPaidPaused)
  print(`${usd(together(paused))}  when everything is paused\n`)
}
print('each fleet at zero machines')
printLines(fleetCost)
