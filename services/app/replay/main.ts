// `npm run replay`: a saved clip or a recording through the exact path of a live camera; what it tells, and how that differs from what was told live,
// from what was expected, or from what a candidate model tells.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { Config } from '../../contracts/config/config.ts'
import { AppError, asAppError } from '../../contracts/errors.ts'
import { loadConfig } from '../../kernel/config/load-config.ts'
import { demoConfig, withSimulatedCity } from '../simulated-city.ts'
import { compareFindings, type Difference, type ToldFinding } from './compare.ts'
import { createReplayProgress } from './progress.ts'
import { findRecorded } from './recorded.ts'
import { type Replayed, type ReplaySource, replay } from './replay.ts'

const help = `npm run replay -- --camera ID --file CLIP [options]
npm run replay -- --camera ID --from TIME --to TIME [options]

  --config FILE     the configuration that names the camera; default: the simulated city's
  --from, --to      this time of the camera's recording (ISO 8601), and the differences from what vision told live. It is read from the data of
                    --config; where a running system holds that, from its API, with QLY_ADMIN_TOKEN
  --server URL      read it from the API at this address in any case, e.g. of another machine
  --lead SECONDS    recording before --from that is seen too, so that what stood there already is known; default 300
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
    from: { type: 'string' },
    to: { type: 'string' },
    server: { type: 'string' },
    lead: { type: 'string', default: '300' },
    at: { type: 'string', default: '2020-06-28T14:00:00+08:00' },
    model: { type: 'string' },
    expect: { type: 'string' },
    out: { type: 'string' },
  },
})
const abort = new AbortController()
process.once('SIGINT', () => abort.abort())

try {
  const { help: wantsHelp, file, camera, from, to } = values
  if (!wantsHelp && camera && file) await runClip(file, camera)
  else if (!wantsHelp && camera && from && to) await runRecording(camera, timeOf('--from', from), timeOf('--to', to))
  else console.log(help)
} catch (error) {
  const { code, message } = asAppError(error)
  console.error(`${code}: ${message}`)
  process.exitCode = 1
}
process.exit()

function setUp(cameraId: string): { config: Config; camera: CameraConfig } {
  const config = values.config ? loadConfig(values.config) : withSimulatedCity(demoConfig(process.env))
  const camera = config.cameras.find(({ id }) => id === cameraId)
  if (!camera) {
    const known = config.cameras.map(({ id }) => id).join(', ')
    throw new AppError(
      'QLY_CONFIG_INVALID',
      `there is no camera ${cameraId} in the configuration; there are ${known || 'none'}`,
    )
  }
  return { config, camera }
}

function timeOf(option: string, given: string): number {
  const time = Date.parse(given)
  if (Number.isNaN(time))
    throw new AppError('QLY_INPUT_INVALID', `${option} ${given} is no time; write it as 2020-06-28T14:00:00+08:00`)
  return time
}

async function runClip(file: string, cameraId: string): Promise<void> {
  const { config, camera } = setUp(cameraId)
  const source = { file, beganAt: timeOf('--at', values.at) }
  await compareAll(camera, (changed) => play(config, changed, source, { from: source.beganAt }))
}

async function runRecording(cameraId: string, from: number, to: number): Promise<void> {
  const { config, camera } = setUp(cameraId)
  const leadMs = 1000 * Number(values.lead)
  if (!(leadMs >= 0) || !(to > from))
    throw new AppError('QLY_INPUT_INVALID', '--lead is a number of seconds, 0 or more, and --from is before --to')
  const wanted = { cameraId, from, to, leadMs }
  const { findings, seconds, parts, source } = await findRecorded(config, wanted, {
    server: values.server,
    signal: abort.signal,
  })
  const whole = ((to - from) / 1000).toFixed(1)
  console.log(`${cameraId}: ${seconds.toFixed(1)} s of ${whole} s are recorded in ${source}`)
  const inside = ({ at }: ToldFinding) => Date.parse(at) >= from && Date.parse(at) < to
  const own = await compareAll(camera, async (changed) => {
    const seen = await play(config, changed, { parts }, { from: from - leadMs, to })
    return { ...seen, findings: seen.findings.filter(inside) }
  })
  printDifferences('against what was told live', compareFindings(findings, own.findings))
}

async function play(
  config: Config,
  camera: CameraConfig,
  source: ReplaySource,
  span: { from: number; to?: number },
): Promise<Replayed> {
  const progress = createReplayProgress(process.stderr, camera.models.join(' + '), span)
  try {
    return await replay(config, camera, source, { signal: abort.signal, onSeen: progress.at })
  } finally {
    progress.end()
  }
}

async function compareAll(
  camera: CameraConfig,
  playWith: (changed: CameraConfig) => Promise<Replayed>,
): Promise<Replayed> {
  const own = await playWith(camera)
  print(`${camera.id}, ${camera.models.join(' + ')}`, own)
  if (values.out) writeFileSync(values.out, `${JSON.stringify(own.findings, null, 2)}\n`)
  if (values.expect) {
    const expected = JSON.parse(readFileSync(values.expect, 'utf8')) as ToldFinding[]
    const differences = compareFindings(expected, own.findings)
    printDifferences(`against ${values.expect}`, differences)
    if (differences.length > 0) process.exitCode = 2
  }
  if (values.model) {
    const candidate = await playWith({ ...camera, models: [values.model] })
    print(`${camera.id}, ${values.model}`, candidate)
    printDifferences(
      `${values.model} against ${camera.models.join(' + ')}`,
      compareFindings(own.findings, candidate.findings),
    )
  }
  return own
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
