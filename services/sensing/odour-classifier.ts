// The odour classifier: reads model.json, checks the hash and the shapes, runs the ONNX session on windows of gas-array readings.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { AppError } from '../contracts/errors.ts'
import { gasArraySensors } from '../contracts/measurements.ts'
import { arraySteps } from './gas-array.ts'

const Description = Type.Object({
  file: Type.String({ minLength: 1 }),
  family: Type.Literal('classifier'),
  labels: Type.Array(Type.String(), { minItems: 2 }),
  input: Type.Object({ kind: Type.Literal('gas_array'), steps: Type.Integer(), sensors: Type.Integer() }),
  threshold: Type.Number({ minimum: 0, maximum: 1 }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
})
const validator = Compile(Description)

export interface OdourClassifier {
  /** name and first digits of the hash, e.g. odour@1a2b3c4d */
  readonly model: string
  readonly threshold: number
  /** Probability of each label for a window (10 steps × 8 sensors, oldest first, kOhm) over a clean-air baseline (8, kOhm). */
  classify(input: { window: readonly number[]; baseline: readonly number[] }): Promise<Record<string, number>>
  release(): Promise<void>
}

/**
 * Opens a model folder, or a name under models/. QLY_MODEL_UNKNOWN: no such folder; QLY_MODEL_INVALID: description, hash, graph or shapes
 * are wrong, and the message says which.
 */
export async function openOdourClassifier(name: string): Promise<OdourClassifier> {
  const folder =
    isAbsolute(name) || /[/\\]/.test(name) ? resolve(name) : join(import.meta.dirname, '../../models', name)
  const about = await readDescription(folder)
  const bytes = await readFile(join(folder, about.file)).catch((cause: unknown) => {
    throw new AppError('QLY_MODEL_INVALID', `${folder}: ${about.file} cannot be read`, { cause })
  })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (sha256 !== about.sha256)
    throw new AppError(
      'QLY_MODEL_INVALID',
      `${folder}: ${about.file} has sha256 ${sha256}, model.json says ${about.sha256}`,
    )
  const session = await openSession(folder, bytes)
  const classify: OdourClassifier['classify'] = ({ window, baseline }) => run(session, about.labels, window, baseline)
  try {
    const still = Array.from({ length: gasArraySensors.length }, () => 10)
    await classify({ window: Array.from({ length: arraySteps }, () => still).flat(), baseline: still })
  } catch (cause) {
    await session.release()
    throw new AppError('QLY_MODEL_INVALID', `${folder}: a trial run failed: ${(cause as Error).message}`, { cause })
  }
  return {
    model: `${name.split(/[/\\]/).at(-1)}@${sha256.slice(0, 8)}`,
    threshold: about.threshold,
    classify,
    release: () => session.release(),
  }
}

async function readDescription(folder: string): Promise<Static<typeof Description>> {
  const text = await readFile(join(folder, 'model.json'), 'utf8').catch((cause: unknown) => {
    throw new AppError('QLY_MODEL_UNKNOWN', `there is no model.json in ${folder}`, { cause })
  })
  let about: unknown
  try {
    about = JSON.parse(text)
  } catch (cause) {
    throw new AppError('QLY_MODEL_INVALID', `${folder}/model.json is not JSON: ${(cause as Error).message}`, { cause })
  }
  const fault = validator.Errors(about)[0]
  if (fault)
    throw new AppError('QLY_MODEL_INVALID', `${folder}/model.json: ${fault.instancePath || '/'} ${fault.message}`)
  const description = about as Static<typeof Description>
  const { steps, sensors } = description.input
  if (steps !== arraySteps || sensors !== gasArraySensors.length)
    throw new AppError(
      'QLY_MODEL_INVALID',
      `${folder}/model.json: input is ${steps} × ${sensors}, the gas array gives ${arraySteps} × ${gasArraySensors.length}`,
    )
  return description
}

/** One thread without spinning: the graph is tiny, and spinning threads slow the detectors beside it. */
async function openSession(folder: string, bytes: Uint8Array): Promise<InferenceSession> {
  try {
    const session = await InferenceSession.create(bytes, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    })
    const names = [...session.inputNames].sort().join(', ')
    if (names === 'baseline, window') return session
    await session.release()
    throw new Error(`its inputs are ${names}, not baseline, window`)
  } catch (cause) {
    throw new AppError('QLY_MODEL_INVALID', `${folder}: the graph cannot be used: ${(cause as Error).message}`, {
      cause,
    })
  }
}

async function run(
  session: InferenceSession,
  labels: readonly string[],
  window: readonly number[],
  baseline: readonly number[],
): Promise<Record<string, number>> {
  const sensors = gasArraySensors.length
  const output = await session.run({
    window: new Tensor('float32', Float32Array.from(window), [1, arraySteps, sensors]),
    baseline: new Tensor('float32', Float32Array.from(baseline), [1, sensors]),
  })
  const probabilities = output[session.outputNames[0] ?? '']?.data
  if (!(probabilities instanceof Float32Array) || probabilities.length !== labels.length)
    throw new AppError(
      'QLY_MODEL_INVALID',
      `the graph gives ${probabilities?.length ?? 0} values for ${labels.length} labels`,
    )
  return Object.fromEntries(labels.map((label, index) => [label, probabilities[index] ?? 0]))
}
