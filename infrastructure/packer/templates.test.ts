import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stages } from '@bp/contracts/fleets'
import { names } from '@bp/contracts/names'
import { blockOf, blocksOf, readHcl, textsOf, type HclBlock } from './testing/hcl.ts'

const here = import.meta.dirname
const files = readdirSync(here).filter(name => name.endsWith('.pkr.hcl'))
const source = new Map(files.map(name => [name, readFileSync(join(here, name), 'utf8')]))
const template = (name: string) => readHcl(source.get(`${name}.pkr.hcl`) ?? '')
const variables = new Map(
  blocksOf(template('variables'), 'variable').map(one => [one.labels[0] ?? '', one]),
)
const machine = blockOf(template('machine'), 'source', 'amazon-ebs', 'machine')
const builds = ['build', 'bake'] as const
const buildOf = (name: (typeof builds)[number]) => blockOf(template(name), 'build')
const shells = (build: HclBlock) => blocksOf(build, 'provisioner', 'shell')
const scriptsOf = (build: HclBlock) =>
  shells(build).flatMap(one =>
    textsOf(one.attributes.get('scripts')).map(path => path.replace('${path.root}/', '')),
  )
const environmentOf = (build: HclBlock) =>
  shells(build).flatMap(one =>
    textsOf(one.attributes.get('environment_vars')).map(pair => pair.split('=')[0] ?? ''),
  )
const valueOf = (block: HclBlock, ...path: readonly string[]) => {
  const [last = '', ...folders] = path.toReversed()
  const inner = folders.toReversed().reduce((found, name) => blockOf(found, name), block)
  return inner.attributes.get(last)
}

describe('the builder', () => {
  it('is reached by Session Manager alone: no address, no group of its own', () => {
    expect(valueOf(machine, 'ssh_interface')).toBe('"session_manager"')
    expect(valueOf(machine, 'associate_public_ip_address')).toBe('false')
    expect(valueOf(machine, 'security_group_id')).toBe('var.security_group_id')
    expect(valueOf(machine, 'subnet_id')).toBe('var.subnet_id')
    expect(valueOf(machine, 'iam_instance_profile')).toBe('var.instance_profile')
    const profile = variables.get('instance_profile')?.attributes.get('default')
    expect(profile).toBe(`"${names.roles.imageBuilder}"`)
  })

  it('speaks version 2 of the metadata service, one hop away', () => {
    expect(valueOf(machine, 'metadata_options', 'http_tokens')).toBe('"required"')
    expect(valueOf(machine, 'metadata_options', 'http_put_response_hop_limit')).toBe('1')
  })

  it('has an encrypted disk that goes with it', () => {
    const disk = blockOf(machine, 'launch_block_device_mappings')
    expect(Object.fromEntries(disk.attributes)).toMatchObject({
      device_name: '"/dev/sda1"',
      encrypted: 'true',
      delete_on_termination: 'true',
      volume_size: 'var.root_size_gb',
    })
  })

  it('asks for nothing that its role may not do', () => {
    // Each would be a call of its own after the image was made: copy, change of attributes, tags.
    const forbidden =
      'encrypt_boot ami_regions ami_users ami_groups ami_description imds_support tags snapshot_tags spot_price deprecate_at force_deregister'.split(
        ' ',
      )
    for (const name of builds) {
      const own = blockOf(buildOf(name), 'source')
      for (const key of forbidden) {
        expect(machine.attributes.has(key), key).toBe(false)
        expect(own.attributes.has(key), key).toBe(false)
      }
    }
  })

  it.each(builds)('%s gives the tag that its role demands to machine, disk and image', name => {
    const own = blockOf(buildOf(name), 'source')
    expect(own.attributes.get('run_tags')).toMatch(/^merge\(local\.tags, local\.versions, \{/)
    expect(own.attributes.get('run_volume_tags')).toBe('local.tags')
    const tags = valueOf(template('machine'), 'locals', 'tags')
    expect(tags).toMatch(/\bProject = "bp"/)
    for (const key of ['FleetStage', 'FleetSlug', 'Commit']) expect(tags).toContain(`${key} = var.`)
  })

  it('says what is in an image by its tags', () => {
    const tags = valueOf(template('machine'), 'locals', 'versions')
    for (const key of ['WorkerVersion', 'WorkerSha256', 'EngineCommit', 'TorchVersion'])
      expect(tags).toContain(`${key} = var.`)
    expect(blockOf(buildOf('bake'), 'source').attributes.get('run_tags')).toContain(
      'BundleId = var.bundle_id',
    )
  })
})

describe('the pins', () => {
  const defaultOf = (name: string) => variables.get(name)?.attributes.get('default') ?? ''

  it('hold plugin, engine, torch and base', () => {
    const plugin = blockOf(blockOf(template('machine'), 'packer'), 'required_plugins')
    expect(plugin.attributes.get('amazon')).toMatch(/version = "\d+\.\d+\.\d+"/)
    expect(defaultOf('engine_commit')).toMatch(/^"[0-9a-f]{40}"$/)
    expect(defaultOf('torch_version')).toMatch(/^"\d+\.\d+\.\d+"$/)
    expect(defaultOf('base_image_parameter')).toMatch(
      /^"\/aws\/service\/deeplearning\/ami\/x86_64\/[a-z0-9.-]+\/latest\/ami-id"$/,
    )
  })

  it('are one wheel and one hash a package, with the torch of the variable', () => {
    const lines = readFileSync(join(here, 'provision/engine-requirements.txt'), 'utf8')
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'))
    for (const line of lines)
      expect(line).toMatch(/^[a-z0-9-]+==[0-9][\w.]* --hash=sha256:[0-9a-f]{64}$/)
    const packages = lines.map(line => line.split('==')[0])
    expect(new Set(packages).size).toBe(packages.length)
    expect(lines.length).toBeGreaterThan(50)
    const torch = lines.find(line => line.startsWith('torch=='))
    expect(torch?.split(' ')[0]).toBe(`torch==${defaultOf('torch_version').slice(1, -1)}`)
  })
})

describe('the variables', () => {
  it('are those that are used, and no others', () => {
    const used = new Set(
      [...source.values()].flatMap(text =>
        [...text.matchAll(/\bvar\.(\w+)/g)].map(found => found[1] ?? ''),
      ),
    )
    expect([...used].toSorted()).toEqual([...variables.keys()].toSorted())
    for (const [name, one] of variables) expect(one.attributes.has('type'), name).toBe(true)
  })

  it('stand in the README', () => {
    const readme = readFileSync(join(here, 'README.md'), 'utf8')
    const rows = readme.split('\n').filter(line => line.startsWith('| `'))
    const told = rows.flatMap(row =>
      [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(found => found[1] ?? ''),
    )
    expect(told.toSorted()).toEqual([...variables.keys()].toSorted())
  })

  it('take the stages of bp', () => {
    const check = blockOf(variables.get('fleet_stage') ?? machine, 'validation')
    expect(textsOf(check.attributes.get('condition')).toSorted()).toEqual(stages.words.toSorted())
  })
})

describe('the steps', () => {
  it('are every script of the folder, each existing, check before work and clean-up last', () => {
    const used = builds.flatMap(name => scriptsOf(buildOf(name)))
    const there = readdirSync(join(here, 'provision')).filter(name => name.endsWith('.sh'))
    expect([...new Set(used)].toSorted()).toEqual(there.map(name => `provision/${name}`).toSorted())
    for (const name of builds) {
      const steps = scriptsOf(buildOf(name))
      expect(steps[0]).toMatch(/\/check-/)
      expect(steps.slice(-2)).toEqual(['provision/run-self-test.sh', 'provision/clean-up.sh'])
    }
  })

  it.each(builds)('%s gives each script what it asks for, and nothing more', name => {
    const given = environmentOf(buildOf(name)).toSorted()
    const text = scriptsOf(buildOf(name))
      .map(path => readFileSync(join(here, path), 'utf8'))
      .join('\n')
    const asked = new Set(
      [...text.matchAll(/\$\{(BP_\w+)[:}]|\$(BP_\w+)/g)].map(found => found[1] ?? found[2] ?? ''),
    )
    asked.delete('BP_ROOT')
    expect(given.filter(key => key.startsWith('BP_'))).toEqual([...asked].toSorted())
  })

  it.each(builds)('%s runs them as root without a question', name => {
    for (const shell of shells(buildOf(name)))
      expect(shell.attributes.get('execute_command')).toBe(
        '"sudo -n env {{ .Vars }} bash {{ .Path }}"',
      )
  })

  it.each(builds)('%s uploads only what is there', name => {
    for (const upload of blocksOf(buildOf(name), 'provisioner', 'file')) {
      const from = upload.attributes.get('source') ?? ''
      if (from === 'var.payload') continue
      expect(readdirSync(join(here, 'provision'))).toContain(
        from.slice(1, -1).replace('${path.root}/provision/', ''),
      )
    }
  })
})

describe('the reader of templates', () => {
  it.each([
    ['a {', 'line 1: "}" is missing'],
    ['}', 'line 1: "}" closes nothing'],
    ['a = 1\na = 2', 'line 2: a is given twice'],
    ['a = [1', 'line 1: "]" is missing'],
    ['a = )', 'line 1: ")" closes nothing'],
    ['a = "b', 'line 1: a text does not end'],
    ['a =\n', 'line 1: an attribute has no value'],
    ['a b', 'line 1: a is neither an attribute nor a block'],
    ['= 1', 'line 1: a name is missing'],
  ])('refuses %j', (text, fault) => {
    expect(() => readHcl(text)).toThrow(fault)
  })

  it('reads texts with braces and quotes inside', () => {
    const read = readHcl('a "b" "c" { # d\n  e = "${f["g"]}}" # h\n  i { }\n}')
    const [block] = read.blocks
    expect(block?.labels).toEqual(['b', 'c'])
    expect(block?.attributes.get('e')).toBe('"${f["g"]}}"')
    expect(block?.blocks.map(one => one.type)).toEqual(['i'])
  })
})
