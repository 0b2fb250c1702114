import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { shutIn, readUnit, type Unit } from './testing/unit.ts'

const root = join(import.meta.dirname, 'root')
const folder = join(root, 'etc/systemd/system')
const files = readdirSync(folder)
const unit = (name: string): Unit => readUnit(readFileSync(join(folder, `${name}.service`), 'utf8'))
const all = files.map(file => [file, unit(file.replace(/\.service$/, ''))] as const)

const engine = unit('comfyui')
const worker = unit('bp-worker')
const secret = unit('bp-fleet-secret')
const logAgent = unit('bp-log-agent')

describe('every unit', () => {
  it('says what it is, and no key twice that systemd would silently replace', () => {
    expect(files.toSorted()).toEqual(
      ['bp-fleet-secret', 'bp-log-agent', 'bp-worker', 'comfyui'].map(name => `${name}.service`),
    )
    for (const [file, { one }] of all) expect(one('Unit', 'Description'), file).toMatch(/^bp: /)
  })

  it('starts programs that the image holds', () => {
    const brought = [
      '/opt/bp/bin/node',
      '/opt/comfyui/.venv/bin/python',
      '/usr/bin/mkdir',
      '/usr/bin/nvidia-modprobe',
      ...readdirSync(join(root, 'opt/bp/bin')).map(name => `/opt/bp/bin/${name}`),
    ]
    const started = all.flatMap(([, { section }]) =>
      section('Service').flatMap(([key, value]) =>
        key.startsWith('Exec') ? (value.replace(/^[+-]*/, '').split(' ')[0] ?? '') : [],
      ),
    )
    expect(started.length).toBeGreaterThanOrEqual(6)
    expect(started.filter(path => !brought.includes(path))).toEqual([])
  })

  it('names only units of its own or of systemd', () => {
    const named = all.flatMap(([, { section }]) =>
      section('Unit').flatMap(([key, value]) =>
        /^(Wants|Requires|After|BindsTo)$/.test(key) ? value.split(' ') : [],
      ),
    )
    expect(named).toContain('bp-fleet-secret.service')
    expect(named.filter(name => ![...files, 'network-online.target'].includes(name))).toEqual([])
  })

  it('is taken by systemd as it stands, where systemd is here', context => {
    const paths = files.map(file => join(folder, file))
    const { error, status, stderr } = spawnSync('systemd-analyze', ['verify', ...paths], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    if (error !== undefined) context.skip('systemd-analyze is not on this machine')
    // Here the programs are not installed; that each is brought is asked above.
    const faults = stderr.split('\n').filter(line => line !== '' && !/not executable/.test(line))
    expect(faults.filter(line => files.some(file => line.includes(file)))).toEqual([])
    expect(status).not.toBeNull()
  })
})

describe('the engine', () => {
  it('listens to this machine alone, and asks nobody outside', () => {
    const start = engine.one('Service', 'ExecStart')
    expect(start).toContain('--listen 127.0.0.1 --port 8188')
    expect(start).toContain('--base-directory /var/lib/comfyui')
    for (const flag of ['--disable-auto-launch', '--disable-api-nodes'])
      expect(start).toContain(flag)
    expect(start).toContain('--database-url sqlite:///:memory:')
  })

  it('reaches no address but its own machine’s: no network, no metadata service', () => {
    expect(engine.one('Service', 'IPAddressDeny')).toBe('any')
    expect(engine.one('Service', 'IPAddressAllow')).toBe('localhost')
  })

  it('sees nothing of bp’s: no secret, no settings, no files of the worker', () => {
    expect(engine.one('Service', 'User')).toBe('comfyui')
    expect(engine.has('Service', 'SupplementaryGroups')).toBe(false)
    expect(engine.has('Service', 'EnvironmentFile')).toBe(false)
    const closed = engine.one('Service', 'InaccessiblePaths').split(' ')
    for (const path of ['/run/bp', '/etc/bp', '/var/lib/bp', '/var/log/bp'])
      expect(closed).toContain(`-${path}`)
  })

  it('writes one folder, and is the first to go when memory ends', () => {
    expect(engine.one('Service', 'ReadWritePaths')).toBe('/var/lib/comfyui')
    expect(engine.one('Service', 'ReadOnlyPaths')).toBe('-/var/lib/comfyui/custom_nodes')
    expect(engine.one('Service', 'MemoryMax')).toBe('85%')
    expect(Number(engine.one('Service', 'OOMScoreAdjust'))).toBeGreaterThan(
      Number(worker.one('Service', 'OOMScoreAdjust')),
    )
  })

  it('may see the GPU', () => {
    const blind = ['PrivateDevices', 'DevicePolicy', 'DeviceAllow', 'ProtectClock']
    for (const key of [...blind, 'MemoryDenyWriteExecute'])
      expect(engine.has('Service', key), key).toBe(false)
  })
})

describe('the worker', () => {
  it('runs as bp, from the image, with the settings of the machine and the path of its secret', () => {
    expect(worker.one('Service', 'User')).toBe('bp')
    expect(worker.one('Service', 'ExecStart')).toBe('/opt/bp/bin/node /opt/bp/worker.mjs --machine')
    expect(worker.one('Service', 'EnvironmentFile')).toBe('/etc/bp/machine.env')
    const given = worker
      .section('Service')
      .flatMap(([key, value]) => (key === 'Environment' ? value.split(' ') : []))
    expect(given).toEqual(
      expect.arrayContaining([
        'BP_WORKER_SECRET_FILE=/run/bp/fleet-secret',
        'BP_WORKER_ENGINE_URL=http://127.0.0.1:8188',
        'BP_WORKER_DATA=/var/lib/bp',
      ]),
    )
    expect(given.join(' ')).not.toMatch(/\bBP_WORKER_SECRET=/)
  })

  it('starts after secret, log and engine, and hangs on none of them', () => {
    for (const name of ['bp-fleet-secret', 'bp-log-agent', 'comfyui']) {
      expect(worker.one('Unit', 'After').split(' ')).toContain(`${name}.service`)
      expect(worker.one('Unit', 'Wants').split(' ')).toContain(`${name}.service`)
    }
    expect(worker.has('Unit', 'Requires')).toBe(false)
    expect(worker.has('Unit', 'BindsTo')).toBe(false)
  })

  it('reads the secret anew at each start: its unit does not stay active', () => {
    expect(secret.one('Service', 'Type')).toBe('oneshot')
    expect(secret.has('Service', 'RemainAfterExit')).toBe(false)
  })

  it('has the time that a Spot notice leaves, and not more', () => {
    const stopS = Number(worker.one('Service', 'TimeoutStopSec'))
    expect(stopS).toBeGreaterThanOrEqual(105)
    expect(stopS).toBeLessThan(120)
  })

  it('logs to the file that the agent reads', () => {
    const settings = readFileSync(join(root, 'opt/bp/share/log-agent.json'), 'utf8')
    const path = worker.one('Service', 'StandardOutput').replace('append:', '')
    expect(path).toBe('/var/log/bp/worker.log')
    expect(settings).toContain(`"file_path": "${path}"`)
    expect(readFileSync(join(root, 'etc/logrotate.d/bp'), 'utf8')).toContain(`${path} {`)
  })
})

describe('engine and worker', () => {
  it.each([
    ['comfyui', engine],
    ['bp-worker', worker],
  ])('%s comes back always and is never given up', (_, { one }) => {
    expect(one('Service', 'Restart')).toBe('always')
    expect(Number(one('Service', 'RestartSec'))).toBeGreaterThan(0)
    expect(one('Unit', 'StartLimitIntervalSec')).toBe('0')
    expect(one('Install', 'WantedBy')).toBe('multi-user.target')
  })

  it.each([
    ['comfyui', engine],
    ['bp-worker', worker],
  ])('%s is shut in', (_, { one }) => {
    for (const [key, value] of Object.entries(shutIn)) expect(one('Service', key), key).toBe(value)
  })
})

describe('a machine that nobody has told whom it belongs to', () => {
  it('starts no worker, reads no secret, sends no log', () => {
    for (const { one } of [worker, secret, logAgent])
      expect(one('Unit', 'ConditionPathExists')).toBe('/etc/bp/machine.env')
    expect(engine.has('Unit', 'ConditionPathExists')).toBe(false)
  })

  it('keeps its secrets’ folder in memory, for bp alone', () => {
    const line = readFileSync(join(root, 'etc/tmpfiles.d/bp.conf'), 'utf8')
    expect(line).toContain('d /run/bp 0750 root bp -')
  })
})
