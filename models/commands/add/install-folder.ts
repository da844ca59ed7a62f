// Puts a model folder in its place: all of it or nothing, never half.
import { copyFile, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../../services/contracts/errors.ts'

export interface ModelFolder {
  /** where models are looked up */
  readonly directory: string
  readonly name: string
  /** path of the .onnx, which becomes model.onnx; files beside it keep their names */
  readonly file: string
  readonly beside: readonly string[]
  /** text of the model.json */
  readonly json: string
}

const isName = /^[a-z0-9][a-z0-9_.-]{0,63}$/i

/** The name a file suggests: without folder, ending and what a folder name does not take. */
export const nameOf = (file: string): string => {
  const name = basename(file)
    .replace(/\.onnx$/i, '')
    .replace(/[^a-z0-9_.-]+/gi, '_')
    .replace(/^[^a-z0-9]+/i, '')
    .slice(0, 64)
  return name === '' ? 'model' : name
}

/** Answers with the path of the folder. QLY_CONFLICT if there is one of that name and `replace` is not set. */
export async function installFolder(folder: ModelFolder, { replace }: { replace: boolean }): Promise<string> {
  const { directory, name } = folder
  if (!isName.test(name))
    throw new AppError('QLY_INPUT_INVALID', `"${name}" is no name for a model: letters, digits, _ . -`)
  const target = join(directory, name)
  const exists = await stat(target).then(
    () => true,
    () => false,
  )
  if (exists && !replace) throw new AppError('QLY_CONFLICT', `${target} exists already; --replace, or another --name`)
  await mkdir(directory, { recursive: true })
  const making = await mkdtemp(join(directory, '.adding-'))
  try {
    await copyFile(folder.file, join(making, 'model.onnx'))
    for (const name of folder.beside) {
      const to = join(making, name)
      await mkdir(dirname(to), { recursive: true })
      await copyFile(join(dirname(folder.file), name), to)
    }
    await writeFile(join(making, 'model.json'), folder.json)
    if (exists) await rm(target, { recursive: true })
    await rename(making, target)
  } catch (error) {
    await rm(making, { recursive: true, force: true })
    throw error
  }
  return target
}
