// A model as its folder describes it, without its graph: enough to plan what it looks at.
import { readFile, stat } from 'node:fs/promises'
import { basename, isAbsolute, join, resolve, sep } from 'node:path'
import { AppError } from '../../contracts/errors.ts'
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

/** The folder of a model: <directory>/<name>, or the path itself. */
export function folderOf(nameOrPath: string, directory: string): string {
  const isPath = isAbsolute(nameOrPath) || nameOrPath.includes('/') || nameOrPath.includes(sep)
  return isPath ? resolve(nameOrPath) : resolve(directory, nameOrPath)
}

/** QLY_MODEL_UNKNOWN: no such folder; QLY_MODEL_INVALID: its description is wrong, with the reasons. */
export async function describeModel(wanted: string, directory: string): Promise<Model> {
  const folder = folderOf(wanted, directory)
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
  const name = basename(folder)
  const classes = description.labels.flatMap((label) =>
    description.classes === undefined ? [label] : (description.classes[label] ?? []),
  )
  return {
    key: folder,
    name,
    tag: `${name}@${description.sha256.slice(0, 8)}`,
    description,
    classes: [...new Set(classes)],
    thresholdOf: (label) => description.thresholds?.[label] ?? description.threshold,
  }
}
