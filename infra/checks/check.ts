// `npm run check`: types, lint, architecture rules and generated documents. Prints one line a check; exits non-zero if one fails.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { boundaryFaults, type SourceFile } from './import-boundaries.ts'
import { lengthFaults, unrunTestFaults } from './source-rules.ts'

const root = path.resolve(import.meta.dirname, '../..')
const rooms = ['services', 'simulators', 'infra', 'models']

const checks: readonly { name: string; faults: () => readonly string[] | Promise<readonly string[]> }[] = [
  { name: 'types', faults: () => program('node_modules/typescript/bin/tsc', ['-p', '.', '--noEmit']) },
  { name: 'lint', faults: () => program('node_modules/@biomejs/biome/bin/biome', ['check', '.']) },
  { name: 'imports go one way', faults: () => boundaryFaults(sources) },
  { name: 'files stay small', faults: () => lengthFaults(sources) },
  { name: 'every test file is run', faults: () => unrunTestFaults(sources) },
]

const sources = rooms.flatMap(filesUnder)
let failed = 0
for (const { name, faults } of checks) {
  const found = await faults()
  if (found.length > 0) failed++
  console.log(`${found.length === 0 ? 'ok    ' : 'FAILED'} ${name}`)
  for (const fault of found) console.log(`         ${fault}`)
}
console.log(`${checks.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

function filesUnder(folder: string): SourceFile[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs|py)$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => !/(^|\/)(node_modules|dist|\.venv)\//.test(file))
    .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }))
}

function program(script: string, args: readonly string[]): string[] {
  const result = spawnSync(process.execPath, [script, ...args], { cwd: root, encoding: 'utf8' })
  return result.status === 0 ? [] : `${result.stdout}${result.stderr}`.trimEnd().split('\n')
}
