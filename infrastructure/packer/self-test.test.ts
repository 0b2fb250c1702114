import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openSandbox, type Ran, type Sandbox } from './testing/sandbox.ts'

const script = join(import.meta.dirname, 'root/opt/bp/bin/self-test.sh')
const worker = 'a worker'
const workerSha256 = createHash('sha256').update(worker).digest('hex')
const commit = '637221995f7424a561bd825de3e61ea117dfe1e3'

const Line = z.strictObject({
  ok: z.boolean(),
  driver: z.string(),
  gpu: z.string(),
  torch: z.string(),
  cuda: z.string(),
  engine: z.string(),
  engine_commit: z.string(),
  worker_sha256: z.string(),
  node: z.string(),
  bundle: z.string().nullable(),
  failed: z.array(z.string()),
  /** What EC2 takes as the value of a tag. */
  tag: z
    .string()
    .max(256)
    .regex(/^[A-Za-z0-9 ._+-]*$/),
})

/** The one line of a run that a boot test reads. */
function lineOf(ran: Ran): z.infer<typeof Line> {
  const prefix = 'bp-self-test: '
  const lines = ran.stdout.split('\n').filter(line => line.startsWith(prefix))
  expect(lines).toHaveLength(1)
  return Line.parse(JSON.parse(lines[0]?.slice(prefix.length) ?? ''))
}

let box: Sandbox

/** An engine behind `curl`: answers as ComfyUI does, as long as the files that say so are there. */
const curl = `url="\${*: -1}"
case "$url" in
  */system_stats) [[ -e $BP_ROOT/engine ]] || exit 7; echo '{"system": {"os": "posix", "comfyui_version": "0.3.64"}}' ;;
  */prompt) [[ -e $BP_ROOT/engine ]] || exit 7; printf '%s' "$*" >"$BP_ROOT/posted" ;;
  */history/*)
    id=\${url##*/}
    grep -q "\\"prompt_id\\":\\"$id\\"" "$BP_ROOT/posted" && cat "$BP_ROOT/history" ;;
esac`
/** With the fence it must fail, without it must not. */
const systemdRun = `case "$*" in
  *IPAddressDeny*curl*) exit 7 ;;
  *" ls "*/run/bp) exit 2 ;;
esac`
const systemctl = `case "$*" in
  *show*) echo '0.0.0.0/0 ::/0' ;;
  *is-enabled*ssh.*) exit 1 ;;
esac`
const python = (cuda: string) => `#!/bin/bash
case "$*" in
  *is_available*) ${cuda} ;;
  *) echo 2.8.0+cu128 ;;
esac`

beforeEach(() => {
  box = openSandbox()
  box.stub('nvidia-smi', '[[ $* == *driver_version* ]] && echo 595.71.05 || echo "NVIDIA L4"')
  box.stub('curl', curl)
  box.stub('git', `echo ${commit}`)
  box.stub('sleep')
  box.stub('systemctl', systemctl)
  box.stub('systemd-run', systemdRun)
  box.file('opt/comfyui/.venv/bin/python', python('echo 12.8'), 0o755)
  box.file('opt/bp/bin/node', '#!/bin/bash\necho v24.21.0\n', 0o755)
  box.file('opt/bp/worker.mjs', worker)
  box.file('opt/bp/worker.sha256', `${workerSha256}\n`)
  box.file('engine')
  box.file('history', '{"x": {"status": {"status_str": "success", "completed": true}}}')
  box.file('dev/console')
})
afterEach(() => {
  box[Symbol.dispose]()
})

describe('the self-test', () => {
  it('says in one line what is in an image that works', () => {
    const ran = box.run(script)
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(lineOf(ran)).toEqual({
      ok: true,
      driver: '595.71.05',
      gpu: 'NVIDIA L4',
      torch: '2.8.0+cu128',
      cuda: '12.8',
      engine: '0.3.64',
      engine_commit: commit,
      worker_sha256: workerSha256,
      node: 'v24.21.0',
      bundle: null,
      failed: [],
      tag: 'ok driver 595.71.05 torch 2.8.0+cu128 engine 0.3.64 node v24.21.0',
    })
    expect(box.text('dev/console')).toBe('')
  })

  it('changes nothing', () => {
    box.run(script)
    const before = box.tree()
    box.file('posted', box.text('posted'))
    expect(box.run(script).code).toBe(0)
    expect([...box.tree().keys()]).toEqual([...before.keys()])
  })

  it('tells a boot test on the console', () => {
    const ran = box.run(script, {}, ['--console'])
    expect(ran.code).toBe(0)
    expect(box.text('dev/console')).toBe(`\n${ran.stdout}`.repeat(3))
  })

  it('names the bundle of a baked image', () => {
    box.file('opt/bp/bundle.json', '{"id": "wan-2", "models": []}')
    expect(lineOf(box.run(script)).bundle).toBe('wan-2')
  })

  it('waits for an engine that is slow to start', () => {
    box.stub('sleep', 'touch "$BP_ROOT/slept"')
    box.stub('curl', `[[ -e $BP_ROOT/slept ]] || exit 7\n${curl}`)
    expect(box.run(script).code).toBe(0)
  })

  it.each<[string, string, (machine: Sandbox) => void, string]>([
    [
      'driver',
      'a machine without a driver',
      machine => machine.stub('nvidia-smi', 'exit 9'),
      'the NVIDIA driver does not answer',
    ],
    [
      'cuda',
      'a torch that sees no GPU',
      machine => machine.file('opt/comfyui/.venv/bin/python', python('exit 1'), 0o755),
      'torch sees no GPU',
    ],
    [
      'engine',
      'an engine that does not answer',
      machine => machine.stub('curl', 'exit 7'),
      'the engine does not answer /system_stats after 300 s: journalctl --unit comfyui',
    ],
    [
      'graph',
      'an engine that runs nothing',
      machine => machine.file('history', '{}'),
      'a graph of two nodes does not end well',
    ],
    [
      'graph',
      'a graph that fails',
      machine => machine.file('history', '{"x": {"status": {"status_str": "error"}}}'),
      'a graph of two nodes does not end well',
    ],
    [
      'worker',
      'another worker',
      machine => machine.file('opt/bp/worker.mjs', 'another'),
      'the worker is not the file that was assembled',
    ],
    [
      'node',
      'a Node that does not start',
      machine => machine.file('opt/bp/bin/node', '#!/bin/bash\nexit 126\n', 0o755),
      'Node does not start',
    ],
    [
      'units',
      'a unit that is not enabled',
      machine =>
        machine.stub('systemctl', `[[ $* != *is-enabled*bp-worker* ]] || exit 1\n${systemctl}`),
      'bp-worker.service is not enabled',
    ],
    [
      'units',
      'an engine that systemd has given up',
      machine => machine.stub('systemctl', `[[ $* != *is-active* ]] || exit 3\n${systemctl}`),
      'comfyui.service is not active',
    ],
    [
      'ssh',
      'a way in by ssh',
      machine =>
        machine.stub('systemctl', `[[ $* != *is-enabled*ssh.socket ]] || exit 0\n${systemctl}`),
      'ssh.socket is enabled',
    ],
    [
      'fence',
      'a unit without its fence',
      machine => machine.stub('systemctl', `[[ $* != *show* ]] || exit 0\n${systemctl}`),
      'comfyui.service denies no address',
    ],
    [
      'fence',
      'a kernel that does not carry the fence out',
      machine => machine.stub('systemd-run', '[[ $* != *" ls "*/run/bp ]]'),
      'the engine can reach the credentials of this machine',
    ],
    [
      'fence',
      'a fence that cannot be tried',
      machine => machine.stub('systemd-run', `[[ $* != *curl* ]] || exit 1\n${systemdRun}`),
      'the metadata service answers nobody, so the fence cannot be tried',
    ],
    [
      'secret',
      'a secret that the engine can read',
      machine => machine.stub('systemd-run', '[[ $* != *IPAddressDeny*curl* ]]'),
      'the engine’s user can look into /run/bp',
    ],
  ])('fails with %s for %s', (fault, _, breakIt, sentence) => {
    breakIt(box)
    const ran = box.run(script)
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain(`self-test: ${fault}: ${sentence.replaceAll('’', "'")}`)
    const line = lineOf(ran)
    expect(line).toMatchObject({ ok: false, failed: [fault] })
    expect(line.tag).toMatch(/^failed 1 /)
  })

  it('names every fault of a machine that has nothing', () => {
    using bare = openSandbox()
    bare.stub('sleep')
    const ran = bare.run(script)
    expect(ran.code).toBe(1)
    expect(lineOf(ran).failed).toEqual(
      expect.arrayContaining(['driver', 'torch', 'cuda', 'engine', 'worker', 'node', 'fence']),
    )
  })

  it('lets nothing that a program says break its line', () => {
    box.stub('nvidia-smi', `printf '%s\\n' 'a"b\\c$(x) {}'`)
    expect(lineOf(box.run(script)).driver).toBe('abcx ')
  })
})
