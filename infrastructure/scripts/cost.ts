#!/usr/bin/env node
/** Prints what each shape costs a month while nothing runs, and what of it is left when everything is paused. */
import { shapes } from '../lib/config/shapes.ts'
import { monthlyCost } from '../lib/cost/monthly-cost.ts'

const usd = (amount: number) => amount.toFixed(2).padStart(9)
const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0)

for (const [name, shape] of Object.entries(shapes)) {
  const lines = monthlyCost(shape)
  process.stdout.write(`${name}, dollars a month, us-east-1, no traffic\n`)
  for (const { what, usdMonth } of lines) process.stdout.write(`${usd(usdMonth)}  ${what}\n`)
  process.stdout.write(`${usd(sum(lines.map(line => line.usdMonth)))}  together\n`)
  const paused = lines.filter(line => line.isPaidPaused).map(line => line.usdMonth)
  process.stdout.write(`${usd(sum(paused))}  when everything is paused\n\n`)
}
