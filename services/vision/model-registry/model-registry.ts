// Models by folder: <modelsDirectory>/<name> or a path, each with model.onnx and model.json. A model is opened once, whoever asks.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../contracts/errors.ts'
import type { InferencePool } from '../inference/inference-pool.ts'
import { describeModel, folderOf, type Model } from './describe-model.ts'

export type { Model } from './describe-model.ts'

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
      const opening = openModel(deps.pool, nameOrPath, config.directory)
      opened.set(folder, opening)
      // A failure is not remembered: the next camera (or the corrected file) gets another try.
      opening.catch(() => opened.delete(folder))
      return opening
    },
  }
}

async function openModel(pool: Pick<InferencePool, 'load'>, wanted: string, directory: string): Promise<Model> {
  const model = await describeModel(wanted, directory)
  const { key: folder, name, description } = model
  for (const [each, said] of Object.entries({ [description.file]: description.sha256, ...description.externalFiles })) {
    await checkHash(wanted, join(folder, each), said)
  }
  await pool.load(folder, { name, file: join(folder, description.file), description })
  return model
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
