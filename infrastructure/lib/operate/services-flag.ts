import { OperateFault } from './fault.ts'
import { serviceNames, type ServiceName } from './service.ts'

/** `all`, or some services with commas between them, in the order in which they are released. Throws `usage`. */
export function servicesOf(text: string): readonly ServiceName[] {
  if (text === 'all') return serviceNames
  const asked = text.split(',').map(one => one.trim())
  const unknown = asked.filter(one => !serviceNames.some(name => name === one))
  if (unknown.length === 0) return serviceNames.filter(name => asked.includes(name))
  throw new OperateFault(
    'usage',
    `There is no service ${unknown.map(one => `"${one}"`).join(', ')}.`,
    `Give all, or some of ${serviceNames.join(',')}.`,
  )
}
