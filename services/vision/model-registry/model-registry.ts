// Models by folder: <modelsDirectory>/<name> or a path, each with model.onnx and model.json. A model is opened once, whoever asks.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, isAbsolute, join, resolve, sep } from 'node:path'
import { AppError } from '../../contracts/errors.ts'
import type { InferencePool } from '../inference/inference-pool.ts'
import { type ModelDescription, parseModelDescription } from './model-description.ts'

export interface Model {
  /** key of the model in the pool: its folder */
  readonly key: string
  readonly name: string
  /** name@first 8 digits of the hash */
  readonly tag: string
  readonly description: ModelDescription
  /** classes that it can find, after the `classes` map */
  readonly classes: readonly string[]
  /** score from which a detection of the class counts */
  thresholdOf(label: string): number
}

export interface ModelRegistry {
  /** QLY_MODEL_UNKNOWN: no such folder; QLY_MODEL_INVALID: description, hash, or graph are wrong, with the reason. */
  open(nameOrPath: string): Promise<Model>
}

export function createModelRegistry(
  deps: { pool: Pick<InferencePool, 'load'> },
  config: { directory: string },
): ModelRegistry {
  const opened = new Map<string, Promise<Model>>()
  return {
    open(nameOrPath) {
      const folder = folderOf(nameOrPath, config.directory)
      const known = opened.get(folder)
      if (known) return known
      const opening = openModel(deps.pool, nameOrPath, folder)
      opened.set(folder, opening)
      // A failure is not remembered: the next camera (or the corrected file) gets another try.
      opening.catch(() => opened.delete(folder))
      return opening
    },
  }
}

function folderOf(nameOrPath: string, directory: string): string {
  const isPath = isAbsolute(nameOrPath) || nameOrPath.includes('/') || nameOrPath.includes(sep)
  return isPath ? resolve(nameOrPath) : resolve(directory, nameOrPath)
}

async function openModel(pool: Pick<InferencePool, 'load'>, wanted: string, folder: string): Promise<Model> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) {
    throw new AppError(
      'QLY_MODEL_UNKNOWN',
      `there is no model "${wanted}": ${folder} is no folder with model.onnx and model.json`,
    )
  }
  const describedBy = join(folder, 'model.json')
  const text = await readFile(describedBy, 'utf8').catch((cause: Error) => {
    throw new AppError('QLY_MODEL_INVALID', `model "${wanted}": cannot read ${describedBy}: ${cause.message}`, {
      cause,
    })
  })
  const description = parseModelDescription(text, describedBy)
  const file = join(folder, description.file)
  const { sha256 } = description
  for (const [each, said] of Object.entries({ [description.file]: sha256, ...description.externalFiles })) {
    await checkHash(wanted, join(folder, each), said)
  }
  const name = basename(folder)
  await pool.load(folder, { name, file, description })
  const classes = description.labels.flatMap((label) =>
    description.classes === undefined ? [label] : (description.classes[label] ?? []),
  )
  return {
    key: folder,
    name,
    tag: `${name}@${sha256.slice(0, 8)}`,
    description,
    classes: [...new Set(classes)],
    thresholdOf: (label) => description.thresholds?.[label] ?? description.threshold,
  }
}

async function checkHash(model: string, file: string, said: string): Promise<void> {
  const sha256 = await hashOf(file).catch((cause: Error) => {
    throw new AppError('QLY_MODEL_INVALID', `model "${model}": cannot read ${file}: ${cause.message}`, { cause })
  })
  if (sha256 !== said)
    throw new AppError(
      'QLY_MODEL_INVALID',
      `model "${model}": ${file} has the sha256 ${sha256}, model.json says ${said}`,
    )
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
