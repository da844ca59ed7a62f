// `npm run replay`: a saved clip through the exact path of a live camera; what it tells, and how that differs from what was expected, or from
// what a candidate model tells.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import { AppError, asAppError } from '../../contracts/errors.ts'
import { loadConfig } from '../../kernel/config/load-config.ts'
import { demoConfig, withSimulatedCity } from '../simulated-city.ts'
import { compareFindings, type Difference, type ToldFinding } from './compare.ts'
import { type Replayed, replay } from './replay.ts'

const help = `npm run replay -- --file CLIP --camera ID [options]

  --config FILE     the configuration that names the camera; default: the simulated city's
  --at TIME         event time of the first frame (ISO 8601); default 2020-06-28T14:00:00+08:00
  --model NAME      then again with this model (a folder under models/, or a path), and the differences
  --expect FILE     the differences from findings written by --out before; exit 2 if there are any
  --out FILE        write what was told as JSON`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    file: { type: 'string' },
    camera: { type: 'string' },
    config: { type: 'string' },
    at: { type: 'string', default: '2020-06-28T14:00:00+08:00' },
    model: { type: 'string' },
    expect: { type: 'string' },
    out: { type: 'string' },
  },
})
const abort = new AbortController()
process.once('SIGINT', () => abort.abort())

try {
  if (values.help || !values.file || !values.camera) console.log(help)
  else await run(values.file, values.camera)
} catch (error) {
  const { code, message } = asAppError(error)
  console.error(`${code}: ${message}`)
  process.exitCode = 1
}
process.exit()

async function run(file: string, cameraId: string): Promise<void> {
  const config = values.config ? loadConfig(values.config) : withSimulatedCity(demoConfig(process.env))
  const camera = config.cameras.find(({ id }) => id === cameraId)
  if (!camera) {
    const known = config.cameras.map(({ id }) => id).join(', ')
    throw new AppError(
      'QLY_CONFIG_INVALID',
      `there is no camera ${cameraId} in the configuration; there are ${known || 'none'}`,
    )
  }
  const beganAt = Date.parse(values.at)
  if (Number.isNaN(beganAt))
    throw new AppError('QLY_INPUT_INVALID', `--at ${values.at} is no time; write it as 2020-06-28T14:00:00+08:00`)
  const play = (changed: CameraConfig) => replay(config, changed, { file, beganAt }, abort.signal)
  const own = await play(camera)
  print(`${camera.id}, ${camera.models.join(' + ')}`, own)
  if (values.out) writeFileSync(values.out, `${JSON.stringify(own.findings, null, 2)}\n`)
  if (values.expect) {
    const expected = JSON.parse(readFileSync(values.expect, 'utf8')) as ToldFinding[]
    const differences = compareFindings(expected, own.findings)
    printDifferences(`against ${values.expect}`, differences)
    if (differences.length > 0) process.exitCode = 2
  }
  if (values.model) {
    const candidate = await play({ ...camera, models: [values.model] })
    print(`${camera.id}, ${values.model}`, candidate)
    printDifferences(
      `${values.model} against ${camera.models.join(' + ')}`,
      compareFindings(own.findings, candidate.findings),
    )
  }
}

function print(name: string, { findings, frames, seconds, tookSeconds }: Replayed): void {
  const speed = (seconds / tookSeconds).toFixed(1)
  console.log(
    `${name}: ${frames} frames, ${seconds.toFixed(1)} s in ${tookSeconds.toFixed(1)} s (${speed} × real time), ${findings.length} told`,
  )
  for (const finding of findings) console.log(`  ${line(finding)}`)
}

function printDifferences(name: string, differences: readonly Difference[]): void {
  console.log(differences.length === 0 ? `${name}: the same` : `${name}: ${differences.length} differences`)
  for (const { type, finding, changes } of differences)
    console.log(`  ${type.padEnd(8)} ${line(finding)}${changes ? `: ${changes.join(', ')}` : ''}`)
}

function line({ at, phase, kind, zoneId, label, box }: ToldFinding): string {
  const where = box ? ` [${box.map((edge) => edge.toFixed(2)).join(' ')}]` : ''
  return `${at} ${kind} ${phase} ${zoneId ?? ''} ${label ?? ''}${where}`
}
