import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { documents, root, synthesize } from './installations.ts'

const app = synthesize(documents.recommended)
const alarms = [
  ...app.of('AWS::CloudWatch::Alarm'),
  ...app.of('AWS::CloudWatch::CompositeAlarm'),
].map(({ stack, Properties: given }) => ({
  stack,
  name: typeof given['AlarmName'] === 'string' ? given['AlarmName'] : '',
  description: typeof given['AlarmDescription'] === 'string' ? given['AlarmDescription'] : '',
  alarm: JSON.stringify(given['AlarmActions'] ?? []),
  ok: JSON.stringify(given['OKActions'] ?? []),
  missing: given['TreatMissingData'],
  isComposite: Object.hasOwn(given, 'AlarmRule'),
}))
const runbookOf = (description: string) => /Runbook: (\S+)$/.exec(description)?.[1] ?? ''
const core = alarms.filter(one => !one.stack.startsWith('bp-gpu'))

/** Headings of a page as link targets. */
const anchorsOf = (page: string) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^#{1,6}\s+(.+)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9\s-]/g, '')
      .replaceAll(/\s/g, '-'),
  )

describe('alarms', () => {
  it('say by their name how urgent they are, and each name is there once', () => {
    expect(alarms.length).toBeGreaterThan(15)
    expect(alarms.filter(one => !/^bp-(p[123]|net)-[a-z-]+/.test(one.name))).toEqual([])
    expect(new Set(alarms.map(one => one.name)).size).toBe(alarms.length)
  })

  it('say what people see, and where to read on', () => {
    const lost = alarms.filter(one => {
      const [page = '', anchor = ''] = runbookOf(one.description).split('#')
      return !existsSync(join(root, page)) || !anchorsOf(page).includes(anchor)
    })
    expect(lost.map(one => `${one.name}: ${one.description}`)).toEqual([])
  })

  it('have chosen what silence means', () => {
    expect(core.filter(one => !one.isComposite && !one.missing)).toEqual([])
  })

  it('tell when it is over, to those whom they told', () => {
    expect(core.filter(one => one.alarm !== one.ok).map(one => one.name)).toEqual([])
  })

  it('speak to somebody, unless another alarm or a deployment speaks for them', () => {
    expect(
      core
        .filter(one => one.alarm === '[]')
        .map(one => one.name)
        .toSorted(),
    ).toEqual([
      'bp-p1-error-rate',
      'bp-p1-no-backend',
      'bp-p1-no-frontend',
      'bp-p2-backend-deploy-errors',
      'bp-p2-frontend-deploy-errors',
    ])
  })

  it('of the fleets and the core cover the first checks of the guide', () => {
    const found = alarms.map(one => one.name)
    expect(found).toEqual(
      expect.arrayContaining([
        'bp-p1-site-down',
        'bp-p1-error-rate',
        'bp-p1-no-backend',
        'bp-p1-no-frontend',
        'bp-p1-database-storage',
        'bp-p2-database-cpu',
        'bp-p1-backend-tasks-missing',
      ]),
    )
  })

  it('lead to the curves of the dashboard', () => {
    expect(
      alarms.filter(
        one => !/ Dashboard: https:\/\/\S+#dashboards\/dashboard\/bp /.test(one.description),
      ),
    ).toEqual([])
  })

  it('are all there: those of the core, and those of one fleet', () => {
    const whats = (prefix: string, suffix: string) =>
      alarms
        .map(one => one.name)
        .filter(name => name.startsWith(prefix) && name.endsWith(suffix))
        .map(name => name.slice(prefix.length, name.length - suffix.length))
        .toSorted()
    const fleet = '-production-portraits'
    expect(whats('bp-net-', fleet)).toEqual(['backlog', 'queue-empty', 'silent', 'wake'])
    expect(whats('bp-p2-', fleet)).toEqual([
      'breaker-open',
      'error-rate',
      'launch-failures',
      'metrics-missing',
      'no-capacity',
      'nobody-comes',
      'orphans',
      'scaler-silent',
      'sizes-differ',
    ])
    expect(whats('bp-p3-', fleet)).toEqual([
      'backlog',
      'idle',
      'idle-share',
      'interruptions',
      'oldest-wait',
    ])
    expect(whats('bp-p3-', '').filter(name => !name.endsWith(fleet))).toEqual([
      'quota-on-demand',
      'quota-spot',
      'secret-age',
    ])
    expect(alarms.length).toBe(42)
  })
})

describe('runbooks', () => {
  const wanted = ['What people see', 'First look', 'Likely causes', 'Fix', 'Over when']
  const sections = readdirSync(join(root, 'docs/runbooks'))
    .filter(name =>
      ['site.md', 'database.md', 'cache.md', 'network.md', 'fleets.md'].includes(name),
    )
    .flatMap(name =>
      readFileSync(join(root, 'docs/runbooks', name), 'utf8')
        .split(/^(?=## )/m)
        .slice(1)
        .map(section => ({ page: `docs/runbooks/${name}`, section })),
    )

  it('tell the same five things in each section', () => {
    const short = sections.filter(
      ({ section }) => !wanted.every(heading => section.includes(`**${heading}.**`)),
    )
    expect(short.map(one => `${one.page}: ${one.section.split('\n')[0]}`)).toEqual([])
  })

  it('have no section that no alarm leads to', () => {
    const led = new Set(alarms.map(one => runbookOf(one.description)))
    const orphans = sections
      .map(({ page, section }) => {
        const [, heading = ''] = /^## (.+)$/m.exec(section) ?? []
        return `${page}#${heading.toLowerCase().replaceAll(/\s/g, '-')}`
      })
      .filter(link => !led.has(link))
    expect(orphans).toEqual([])
  })
})
