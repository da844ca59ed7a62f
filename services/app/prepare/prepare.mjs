// Makes a fresh clone ready: installs packages when they are missing or the lock file changed, builds the console when its sources changed.
// Runs before `npm start` and `npm test` on whatever Node (20 or newer) is there, so it depends on nothing but Node itself.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..')
const oldestNode = 20

if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  fail(
    `Node ${process.versions.node} is too old: qianliyan needs Node ${oldestNode} or newer. / 需要 Node ${oldestNode} 以上。`,
  )
}

once(['package.json', 'package-lock.json'], 'node_modules/.prepared', 'node_modules', () => {
  say('Installing packages (first start only, about a minute) … / 正在安装依赖(仅首次,约一分钟)…')
  // A first install is exact (`ci`); a later one changes only what differs, since programs may be running on these packages.
  const install = existsSync(path.join(root, 'node_modules')) ? ['install', '--no-save'] : ['ci']
  // Install scripts are not needed by any dependency, and are therefore not run.
  run(
    npmCommand(),
    [...install, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    'npm could not install the packages; the lines above say why. Is the package registry reachable?',
  )
})

if (process.argv.includes('--console')) {
  const sources = filesUnder('services/console', ['dist', 'node_modules'])
  once(sources, 'services/console/dist/.prepared', 'services/console/dist', () => {
    say('Building the console … / 正在构建控制台…')
    run(
      process.execPath,
      ['node_modules/vite/bin/vite.js', 'build', 'services/console', '--logLevel', 'error'],
      'the console could not be built; the lines above say why.',
    )
  })
}

/** Runs a step unless its stamp says that it was done with exactly these files. */
function once(files, stamp, output, step) {
  const present = files.filter((file) => existsSync(path.join(root, file)))
  if (present.length === 0) return
  const hash = createHash('sha256')
  for (const file of present) hash.update(file).update(readFileSync(path.join(root, file)))
  const wanted = hash.digest('hex')
  const stampPath = path.join(root, stamp)
  if (existsSync(path.join(root, output)) && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === wanted) return
  step()
  mkdirSync(path.dirname(stampPath), { recursive: true })
  writeFileSync(stampPath, wanted)
}

function filesUnder(folder, without) {
  const start = path.join(root, folder)
  if (!existsSync(start)) return []
  return readdirSync(start)
    .sort()
    .filter((name) => !without.includes(name))
    .flatMap((name) => {
      const relative = path.posix.join(folder, name)
      return statSync(path.join(root, relative)).isDirectory() ? filesUnder(relative, without) : [relative]
    })
}

/** npm as it was started (npm sets npm_execpath), else npm from PATH. */
function npmCommand() {
  return process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm']
}

function run(command, args, failure) {
  const [program, ...first] = Array.isArray(command) ? command : [command]
  const result = spawnSync(program, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32' && program === 'npm',
  })
  if (result.status !== 0) fail(failure)
}

function say(text) {
  process.stderr.write(`${text}\n`)
}

function fail(text) {
  say(text)
  process.exit(1)
}
