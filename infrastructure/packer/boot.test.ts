/** The small programs of the boot, and what the launch template tells a machine. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stages } from '@bp/contracts/fleets'
import { names } from '@bp/contracts/names'
import { userData } from '../lib/constructs/user-data.ts'
import { openSandbox, type Sandbox } from './testing/sandbox.ts'

const program = (name: string) => join(import.meta.dirname, 'root/opt/bp/bin', `${name}.sh`)
const env = { BP_WORKER_STAGE: 'staging', BP_WORKER_FLEET: 'wan-2', AWS_REGION: 'eu-west-1' }
const secret = 'correct-horse-battery-staple-$(x)-"'
const template = readFileSync(join(import.meta.dirname, 'root/opt/bp/share/log-agent.json'), 'utf8')

let box: Sandbox
beforeEach(() => {
  box = openSandbox()
  box.stub('sleep')
  box.stub('chown')
  box.file('run/bp/.keep')
})
afterEach(() => {
  box[Symbol.dispose]()
})

describe('write-fleet-secret', () => {
  beforeEach(() => {
    box.file('secret', secret)
    box.stub('aws', 'cat "$BP_ROOT/secret"')
  })
  const asked = () => box.calls().filter(call => call.startsWith('aws'))

  it.each(stages.words)('reads the parameter of %s, once, with its value in no argument', stage => {
    const ran = box.run(program('write-fleet-secret'), { ...env, BP_WORKER_STAGE: stage })
    expect(ran).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(asked()).toEqual([
      `aws ssm get-parameter --region eu-west-1 --name ${names.parameters.fleetSecret(stage)} --with-decryption --query Parameter.Value --output text`,
    ])
    expect(box.calls().join('\n')).not.toContain(secret)
  })

  it('puts it where bp alone reads it', () => {
    box.run(program('write-fleet-secret'), env)
    expect(box.text('run/bp/fleet-secret')).toBe(secret)
    expect(box.tree().get('run/bp/fleet-secret')).toMatch(/^file 400 /)
    expect(box.calls().some(call => call.startsWith('chown bp:bp '))).toBe(true)
    expect([...box.tree().keys()].filter(path => path.startsWith('run/bp/'))).toEqual([
      'run/bp/.keep',
      'run/bp/fleet-secret',
    ])
  })

  it('takes the new one after a rotation', () => {
    box.run(program('write-fleet-secret'), env)
    box.file('secret', 'the next one, which is as long')
    expect(box.run(program('write-fleet-secret'), env).code).toBe(0)
    expect(box.text('run/bp/fleet-secret')).toBe('the next one, which is as long')
  })

  it('asks five times, then says what to look at and keeps what it has', () => {
    box.run(program('write-fleet-secret'), env)
    const before = box.tree()
    const asks = asked().length
    box.stub('aws', 'echo "AccessDeniedException" >&2; exit 254')
    const ran = box.run(program('write-fleet-secret'), env)
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('no secret for staging after 5 tries. See that /bp/fleets/staging')
    expect(asked()).toHaveLength(asks + 5)
    expect(box.tree()).toEqual(before)
  })

  it('comes through when SSM answers late', () => {
    box.stub(
      'aws',
      `if [[ -e "$BP_ROOT/late" ]]; then cat "$BP_ROOT/secret"; else touch "$BP_ROOT/late"; exit 255; fi`,
    )
    expect(box.run(program('write-fleet-secret'), env).code).toBe(0)
    expect(box.text('run/bp/fleet-secret')).toBe(secret)
    expect(box.calls()).toContain('sleep 3')
  })

  it.each(['', 'None'])('takes %j for no secret', text => {
    box.file('secret', text)
    expect(box.run(program('write-fleet-secret'), env).code).toBe(1)
    expect(box.has('run/bp/fleet-secret')).toBe(false)
  })

  it('says which setting is missing', () => {
    const ran = box.run(program('write-fleet-secret'), { AWS_REGION: 'eu-west-1' })
    expect(ran.code).not.toBe(0)
    expect(ran.stderr).toContain('BP_WORKER_STAGE is missing in /etc/bp/machine.env')
  })
})

describe('start-log-agent', () => {
  const control = 'opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl'
  beforeEach(() => {
    box.file('opt/bp/share/log-agent.json', template)
    box.file(control, `#!/bin/bash\nprintf '%s\\n' "$*" >>"$BP_ROOT/started"\n`, 0o755)
  })

  it('sends the worker’s log to the group of its fleet and a stream of its own', () => {
    const ran = box.run(program('start-log-agent'), env)
    expect(ran).toEqual({ code: 0, stdout: '', stderr: '' })
    const settings: unknown = JSON.parse(box.text('run/bp/log-agent.json'))
    expect(settings).toMatchObject({
      logs: {
        logs_collected: {
          files: {
            collect_list: [
              {
                file_path: '/var/log/bp/worker.log',
                log_group_name: names.logGroups.workers('wan-2'),
                log_stream_name: 'staging/{instance_id}',
              },
            ],
          },
        },
      },
    })
    expect(box.text('started')).toBe(
      `-a fetch-config -m ec2 -s -c file:${box.root}/run/bp/log-agent.json\n`,
    )
  })

  it('makes no group: the log’s group belongs to the provisioning of the fleet', () => {
    expect(template).not.toMatch(/retention|log_group_class/)
  })

  it.each([{ BP_WORKER_FLEET: 'a/b' }, { BP_WORKER_FLEET: '' }, { BP_WORKER_STAGE: 'x;y' }])(
    'starts nothing for %j',
    change => {
      expect(box.run(program('start-log-agent'), { ...env, ...change }).code).not.toBe(0)
      expect(box.has('started')).toBe(false)
    },
  )

  it('fails when the agent does not take it', () => {
    box.file(control, '#!/bin/bash\nexit 1\n', 0o755)
    expect(box.run(program('start-log-agent'), env).code).toBe(1)
  })
})

describe('after-worker', () => {
  const run = (code: string, status: string) =>
    box.run(program('after-worker'), { EXIT_CODE: code, EXIT_STATUS: status })
  const done = () => box.calls().filter(call => !call.includes('is-system-running'))
  beforeEach(() => {
    box.stub('systemctl', '[[ $1 != is-system-running ]] || { echo degraded; exit 1; }')
  })

  it.each([
    ['ended as told', 'exited', '0', ['sleep 100']],
    ['a fault of its own', 'exited', '1', []],
    ['a wrong setting', 'exited', '2', []],
    ['refused', 'exited', '3', ['sleep 28']],
    ['nobody answers', 'exited', '4', ['systemctl poweroff --no-block']],
    ['killed', 'killed', '9', []],
  ])('%s: %s %s → %j', (_, code, status, calls) => {
    expect(run(code, status)).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(done()).toEqual(calls)
  })

  it.each(['0', '3', '4'])('holds no machine up that shuts down, after %s', status => {
    box.stub('systemctl', 'echo stopping; exit 1')
    expect(run('exited', status).code).toBe(0)
    expect(done()).toEqual([])
  })

  it('has time for the longest pause', () => {
    const unit = readFileSync(
      join(import.meta.dirname, 'root/etc/systemd/system/bp-worker.service'),
      'utf8',
    )
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(100)
  })
})

describe('user data', () => {
  const apiUrl = 'https://app.example.com/$x`y`'
  const text = userData({
    fleet: { stage: 'staging', slug: 'wan-2' },
    region: 'eu-west-1',
    apiUrl,
  })
  const run = () => {
    const script = join(box.root, 'tmp/user-data')
    writeFileSync(script, text)
    return box.run(script)
  }

  it('writes one file and starts one unit, and does nothing else', () => {
    box.stub('systemctl')
    const before = box.tree()
    expect(run()).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(box.text('etc/bp/machine.env')).toBe(
      `BP_WORKER_STAGE=staging\nBP_WORKER_FLEET=wan-2\nBP_WORKER_URL=${apiUrl}\nAWS_REGION=eu-west-1\n`,
    )
    expect(box.calls()).toEqual(['systemctl start --no-block bp-worker.service'])
    const made = [...box.tree().keys()].filter(path => !before.has(path))
    expect(made).toEqual(['etc', 'etc/bp', 'etc/bp/machine.env', 'tmp/user-data'])
  })

  it('may run again', () => {
    box.stub('systemctl')
    run()
    const before = box.tree()
    expect(run().code).toBe(0)
    expect(box.tree()).toEqual(before)
  })

  it('asks nobody, holds no secret, and is far below the 16 kB that EC2 takes', () => {
    expect(Buffer.byteLength(text)).toBeLessThan(2_000)
    expect(text).not.toMatch(/secret|token|password|key|curl|aws |169\.254/i)
  })

  it('starts nothing when the file cannot be written', () => {
    box.stub('systemctl')
    box.file('etc/bp/machine.env/in-the-way')
    expect(run().code).not.toBe(0)
    expect(box.calls()).toEqual([])
  })
})
