import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSandbox, type Sandbox } from './testing/sandbox.ts'

const script = (name: string) => join(import.meta.dirname, 'provision', `${name}.sh`)
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')
const full = 'printf "E: write: No space left on device\\n" >&2; exit 100'

let box: Sandbox
beforeEach(() => {
  box = openSandbox()
})
afterEach(() => {
  box[Symbol.dispose]()
})

/** Runs a script twice; the second time must change nothing and call nothing of `never`. */
function runsAgain(
  name: string,
  env: Readonly<Record<string, string>> = {},
  never: RegExp = /^$/,
): void {
  const before = box.tree()
  const calls = box.calls().length
  expect(box.run(script(name), env)).toMatchObject({ code: 0, stderr: '' })
  expect(box.tree()).toEqual(before)
  expect(
    box
      .calls()
      .slice(calls)
      .filter(call => never.test(call)),
  ).toEqual([])
}

describe('check-driver', () => {
  it('prints the driver', () => {
    box.stub('nvidia-smi', 'echo 595.71.05')
    expect(box.run(script('check-driver'))).toEqual({
      code: 0,
      stdout: 'check-driver: 595.71.05\n',
      stderr: '',
    })
  })

  it('refuses a base without the driver', () => {
    const ran = box.run(script('check-driver'))
    expect(ran.code).toBe(1)
    expect(ran.stderr).toBe(
      'check-driver: there is no nvidia-smi. Take a base image with the NVIDIA driver (base_image_parameter).\n',
    )
  })

  it('refuses a machine without a GPU', () => {
    box.stub('nvidia-smi', 'echo "NVIDIA-SMI has failed" >&2; exit 9')
    const ran = box.run(script('check-driver'))
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('Take an instance type with a GPU (instance_type).')
  })
})

describe('check-disk', () => {
  it('is content with enough', () => {
    box.stub('df', 'printf "Avail\\n  41\\n"')
    const ran = box.run(script('check-disk'), { BP_DISK_GB_MIN: '20' })
    expect(ran).toMatchObject({ code: 0, stdout: 'check-disk: 41 GB are free\n' })
  })

  it('ends with 28 when there is too little, and says what to raise', () => {
    box.stub('df', 'printf "Avail\\n  7\\n"')
    const ran = box.run(script('check-disk'), { BP_DISK_GB_MIN: '20' })
    expect(ran.code).toBe(28)
    expect(ran.stderr).toBe('check-disk: 7 GB are free, 20 are needed. Raise root_size_gb.\n')
  })
})

describe('install-packages', () => {
  beforeEach(() => {
    box.stub('cloud-init')
    box.file('packages')
    box.stub(
      'dpkg-query',
      `grep -qx "\${*: -1}" "$BP_ROOT/packages" && echo 'install ok installed'`,
    )
    box.stub('apt-get', `[[ $* != *install* ]] || printf '%s\\n' "\${@:6}" >>"$BP_ROOT/packages"`)
  })

  it('waits for the lock and brings what is missing, once', () => {
    expect(box.run(script('install-packages'))).toMatchObject({ code: 0, stderr: '' })
    expect(box.calls().filter(call => call.startsWith('apt-get'))).toEqual([
      'apt-get --option DPkg::Lock::Timeout=300 update',
      'apt-get --option DPkg::Lock::Timeout=300 install --yes --no-install-recommends git gnupg logrotate python3-venv',
    ])
    runsAgain('install-packages', {}, /^apt-get/)
  })

  it('goes on when cloud-init was unhappy with something', () => {
    box.stub('cloud-init', 'exit 2')
    const ran = box.run(script('install-packages'))
    expect(ran.code).toBe(0)
    expect(ran.stdout).toContain('cloud-init reports a fault, going on')
  })

  it('ends with 28 on a full disk', () => {
    box.stub('apt-get', full)
    const ran = box.run(script('install-packages'))
    expect(ran.code).toBe(28)
    expect(ran.stderr).toContain('the disk is full. Raise root_size_gb.')
  })

  it('shows what apt said when it fails', () => {
    box.stub('apt-get', 'echo "E: Unable to fetch" >&2; exit 100')
    const ran = box.run(script('install-packages'))
    expect(ran.code).toBe(1)
    expect(ran.stderr).toMatch(/^E: Unable to fetch\ninstall-packages: apt-get update failed\./)
  })
})

describe('add-users', () => {
  beforeEach(() => {
    box.file('users')
    box.file('groups')
    box.stub('getent', `grep "^$2$" "$BP_ROOT/users"`)
    box.stub('useradd', `printf '%s\\n' "\${*: -1}" >>"$BP_ROOT/users"`)
    box.stub('usermod', `printf 'comfyui\\n' >>"$BP_ROOT/groups"`)
    box.stub('id', `printf 'bp '; cat "$BP_ROOT/groups"`)
    box.stub('chown')
  })

  it('makes two users without shell or home, and folders that part them', () => {
    expect(box.run(script('add-users'))).toMatchObject({ code: 0, stderr: '' })
    const made = box.calls().filter(call => call.startsWith('useradd'))
    expect(made).toHaveLength(2)
    for (const call of made) {
      expect(call).toContain('--system')
      expect(call).toContain('--no-create-home')
      expect(call).toContain('--shell /usr/sbin/nologin')
    }
    const tree = box.tree()
    expect(tree.get('var/lib/bp')).toBe('folder 750')
    expect(tree.get('var/log/bp')).toBe('folder 750')
    expect(tree.get('var/lib/comfyui')).toBe('folder 2770')
    expect(box.calls()).toContain(`chown bp:bp ${box.root}/var/lib/bp`)
    expect(box.calls()).toContain(`chown comfyui:comfyui ${box.root}/var/lib/comfyui`)
    runsAgain('add-users', {}, /^user/)
  })

  it('lets bp into the engine’s group, and never the engine into bp’s', () => {
    box.run(script('add-users'))
    expect(box.calls().filter(call => call.startsWith('usermod'))).toEqual([
      'usermod --append --groups comfyui bp',
    ])
  })
})

describe('place-payload', () => {
  const worker = 'worker of a test'
  let env: Record<string, string>
  beforeEach(() => {
    const from = join(box.root, 'tmp/from')
    mkdirSync(join(from, 'opt/bp'), { recursive: true })
    writeFileSync(join(from, 'opt/bp/worker.mjs'), worker, { mode: 0o755 })
    const payload = join(box.root, 'tmp/payload.tar.gz')
    spawnSync('tar', ['-czf', payload, '-C', from, 'opt'])
    env = {
      BP_PAYLOAD: payload,
      BP_PAYLOAD_SHA256: sha256(readFileSync(payload)),
      BP_WORKER_SHA256: sha256(worker),
    }
  })

  it('lays every file at its place', () => {
    const ran = box.run(script('place-payload'), env)
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(box.text('opt/bp/worker.mjs')).toBe(worker)
    expect(box.tree().get('opt/bp/worker.mjs')).toMatch(/^file 755 /)
    runsAgain('place-payload', env)
  })

  it('places nothing of an archive with another hash', () => {
    const ran = box.run(script('place-payload'), { ...env, BP_PAYLOAD_SHA256: '0'.repeat(64) })
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('It was damaged or replaced on its way')
    expect(box.has('opt')).toBe(false)
  })

  it('refuses another worker', () => {
    const ran = box.run(script('place-payload'), { ...env, BP_WORKER_SHA256: sha256('other') })
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain(`the worker in the payload has the hash ${sha256(worker)}`)
  })

  it('says which variable is missing', () => {
    const ran = box.run(script('place-payload'), { ...env, BP_PAYLOAD_SHA256: '' })
    expect(ran.code).not.toBe(0)
    expect(ran.stderr).toContain('payload_sha256 is missing; pass the file that assemble.ts has')
  })
})

describe('fetch-engine', () => {
  const commit = 'a'.repeat(40)
  const env = { BP_ENGINE_REPOSITORY: 'https://git.example/engine.git', BP_ENGINE_COMMIT: commit }
  /** Remembers the commit that was checked out, as a clone would. */
  const git = `case "$*" in
  *init*) mkdir -p "$2/.git" ;;
  *checkout*) printf '%s\\n' "\${*: -1}" >"$2/.git/HEAD" ;;
  *rev-parse*) cat "$2/.git/HEAD" 2>/dev/null ;;
esac`

  it('brings one commit and nothing of its history, once', () => {
    box.stub('git', git)
    expect(box.run(script('fetch-engine'), env)).toMatchObject({ code: 0, stderr: '' })
    expect(box.calls()).toContain(
      `git -C ${box.root}/opt/comfyui fetch --quiet --depth 1 https://git.example/engine.git ${commit}`,
    )
    runsAgain('fetch-engine', env, / (fetch|checkout|init) /)
  })

  it('says so when the commit cannot be had', () => {
    box.stub('git', `[[ $* != *fetch* ]] || { echo 'fatal: not our ref' >&2; exit 128; }\n${git}`)
    const ran = box.run(script('fetch-engine'), env)
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain(`https://git.example/engine.git does not give ${commit}.`)
  })

  it('does not believe a checkout that stands elsewhere', () => {
    box.stub('git', `${git}\n[[ $* != *checkout* ]] || printf 'other\\n' >"$2/.git/HEAD"`)
    const ran = box.run(script('fetch-engine'), env)
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain(`the checkout stands at other, not at ${commit}`)
  })
})

describe('install-engine', () => {
  let env: Record<string, string>
  /** What `python3 -m venv` leaves: a python that notes what pip was told and knows a torch. */
  const venv = (pip: string, torch = '2.8.0+cu128') =>
    `mkdir -p "$3/bin"; cat >"$3/bin/python" <<'END'
#!/bin/bash
printf 'python %s\\n' "$*" >>"$BP_ROOT/pip"
if [[ $1 == -c ]]; then echo '${torch}'; exit; fi
${pip}
END
chmod +x "$3/bin/python"`
  beforeEach(() => {
    box.file('tmp/requirements.txt', `torch==2.8.0 --hash=sha256:${'0'.repeat(64)}\n`)
    env = {
      BP_ENGINE_REQUIREMENTS: join(box.root, 'tmp/requirements.txt'),
      BP_TORCH_VERSION: '2.8.0',
      BP_PIP_INDEX_URL: '',
    }
    box.stub('python3', venv('true'))
  })

  it('installs wheels by their hashes alone, once', () => {
    const ran = box.run(script('install-engine'), env)
    expect(ran).toEqual({ code: 0, stdout: 'install-engine: torch 2.8.0+cu128\n', stderr: '' })
    const [pip] = box.text('pip').split('\n')
    for (const flag of ['--require-hashes', '--no-deps', '--only-binary :all:'])
      expect(pip).toContain(flag)
    expect(pip).not.toContain('--index-url')
    runsAgain('install-engine', env)
  })

  it('installs again when a pin has changed', () => {
    box.run(script('install-engine'), env)
    const before = box.text('pip')
    box.file('tmp/requirements.txt', `torch==2.8.0 --hash=sha256:${'1'.repeat(64)}\n`)
    expect(box.run(script('install-engine'), env).code).toBe(0)
    expect(box.text('pip').length).toBeGreaterThan(before.length)
  })

  it('takes another index', () => {
    box.run(script('install-engine'), { ...env, BP_PIP_INDEX_URL: 'https://wheels.example/simple' })
    expect(box.text('pip')).toContain('--index-url https://wheels.example/simple ')
  })

  it('does not start with two torches', () => {
    const ran = box.run(script('install-engine'), { ...env, BP_TORCH_VERSION: '2.9.0' })
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('the requirements do not pin torch 2.9.0.')
    expect(box.has('opt')).toBe(false)
  })

  it.each([
    [
      'a wheel with another hash',
      'echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES" >&2; exit 1',
      1,
      'a wheel is not the one that was pinned. Do not build from this index until you know why.',
    ],
    ['a full disk', full, 28, 'the disk is full. Raise root_size_gb.'],
    ['an index that is away', 'echo "timed out" >&2; exit 1', 1, 'timed out\ninstall-engine: pip'],
  ])('names %s, and is not taken for done', (_, pip, code, sentence) => {
    box.stub('python3', venv(pip))
    const ran = box.run(script('install-engine'), env)
    expect(ran.code).toBe(code)
    expect(ran.stderr).toContain(sentence)
    expect(box.has('opt/comfyui/.venv/bp-requirements.txt')).toBe(false)
  })

  it('refuses a torch that is not the pinned one', () => {
    box.stub('python3', venv('true', '2.7.1+cpu'))
    const ran = box.run(script('install-engine'), env)
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('torch is 2.7.1+cpu, not 2.8.0')
  })
})

describe('install-log-agent', () => {
  const control = 'opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl'
  const fingerprint = '937616F3450B7D806CBD9725D58167303B789C72'
  const signedBy = (key: string) =>
    `[[ $* != *--verify* ]] || echo '[GNUPG:] VALIDSIG ${key} 2026-01-01 0 4'`
  beforeEach(() => {
    box.stub('curl')
    box.stub('gpg', signedBy(fingerprint))
    box.stub('dpkg')
  })

  it('has nothing to do where the base image brings it', () => {
    box.file(control, '', 0o755)
    expect(box.run(script('install-log-agent')).stdout).toContain('nothing to do')
    expect(box.calls()).toEqual([])
  })

  it('installs a package that AWS has signed, and leaves nothing behind', () => {
    const ran = box.run(script('install-log-agent'))
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(box.calls().filter(call => call.startsWith('dpkg --install'))).toHaveLength(1)
    expect([...box.tree().keys()]).toEqual(['tmp'])
  })

  it.each([
    ['another key', signedBy('0'.repeat(40))],
    ['no signature', 'exit 1'],
    ['the fingerprint in a longer one', signedBy(`${fingerprint}00`)],
  ])('installs nothing with %s', (_, gpg) => {
    box.stub('gpg', `[[ $* != *--import* ]] || exit 0\n${gpg}`)
    const ran = box.run(script('install-log-agent'))
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('does not carry the signature of AWS. Nothing was installed.')
    expect(box.calls().join('\n')).not.toContain('dpkg')
  })

  it('says where it could not be had', () => {
    box.stub('curl', 'exit 22')
    const ran = box.run(script('install-log-agent'))
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('amazon-cloudwatch-agent.gpg cannot be had.')
  })
})

describe('enable-units', () => {
  it('asks systemd whether it takes the units, then enables engine and worker', () => {
    box.stub('systemd-analyze')
    box.stub('systemctl')
    expect(box.run(script('enable-units'))).toMatchObject({ code: 0, stderr: '' })
    const [verify, ...rest] = box.calls()
    for (const unit of ['comfyui', 'bp-worker', 'bp-fleet-secret', 'bp-log-agent'])
      expect(verify).toContain(`${box.root}/etc/systemd/system/${unit}.service`)
    expect(rest).toEqual([
      'systemctl daemon-reload',
      'systemctl enable --quiet comfyui.service bp-worker.service',
    ])
  })

  it('enables nothing when a unit is wrong', () => {
    box.stub('systemd-analyze', 'exit 1')
    box.stub('systemctl')
    const ran = box.run(script('enable-units'))
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('systemd does not take a unit as it stands.')
    expect(box.calls()).toHaveLength(1)
  })
})

describe('harden', () => {
  beforeEach(() => {
    box.stub('getent')
    box.stub('passwd')
    box.stub('systemctl', '[[ $1 != list-unit-files || $3 == apt-daily.timer ]] || echo "$3"')
  })

  it('takes ssh and the automatic updates away for the next boot, and stops nothing now', () => {
    expect(box.run(script('harden'))).toMatchObject({ code: 0, stderr: '' })
    const calls = box.calls()
    expect(calls).toContain('systemctl disable --quiet ssh.service')
    expect(calls).toContain('systemctl disable --quiet ssh.socket')
    expect(calls).toContain('systemctl disable --quiet unattended-upgrades.service')
    expect(calls).not.toContain('systemctl disable --quiet apt-daily.timer')
    expect(calls.join('\n')).not.toMatch(/systemctl (stop|mask)|--now/)
    expect(calls).toContain('passwd --lock --quiet ubuntu')
    expect(box.text('etc/sysctl.d/60-bp.conf')).toContain('kernel.yama.ptrace_scope = 2')
    runsAgain('harden')
  })

  it('does not miss a user that is not there', () => {
    box.stub('getent', 'exit 2')
    expect(box.run(script('harden')).code).toBe(0)
    expect(box.calls().filter(call => call.startsWith('passwd'))).toEqual([])
  })
})

describe('run-self-test', () => {
  beforeEach(() => {
    box.stub('systemctl')
  })

  it('starts the engine and is content with the image', () => {
    box.file('opt/bp/bin/self-test.sh', '#!/bin/bash\necho tested\n', 0o755)
    expect(box.run(script('run-self-test'))).toMatchObject({ code: 0, stdout: 'tested\n' })
    expect(box.calls()).toEqual(['systemctl start comfyui.service'])
  })

  it('makes no image when it fails', () => {
    box.file('opt/bp/bin/self-test.sh', '#!/bin/bash\nexit 1\n', 0o755)
    const ran = box.run(script('run-self-test'))
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('the image was not made.')
  })
})

describe('clean-up', () => {
  it('takes away what belongs to this machine, and keeps what belongs to the image', () => {
    for (const stub of ['systemctl', 'cloud-init', 'journalctl', 'sync']) box.stub(stub)
    const gone = [
      'etc/bp/machine.env',
      'etc/ssh/ssh_host_ed25519_key',
      'root/.ssh/authorized_keys',
      'home/ubuntu/.ssh/authorized_keys',
      'home/ubuntu/.bash_history',
      'tmp/bp-payload.tar.gz',
      'var/lib/apt/lists/all',
      'var/lib/comfyui/temp/picture.png',
      'var/log/bp/worker.log',
    ]
    const kept = ['opt/bp/worker.mjs', 'etc/ssh/sshd_config', 'opt/bp/models/vae/a.safetensors']
    for (const path of [...gone, ...kept]) box.file(path)
    expect(box.run(script('clean-up'))).toMatchObject({ code: 0, stderr: '' })
    expect(gone.filter(path => box.has(path))).toEqual([])
    expect(kept.filter(path => !box.has(path))).toEqual([])
    expect(box.has('var/lib/comfyui')).toBe(true)
    expect(box.calls()[0]).toBe('systemctl stop comfyui.service')
    expect(box.calls()).toContain('cloud-init clean --logs --seed --machine-id')
    runsAgain('clean-up')
  })
})
