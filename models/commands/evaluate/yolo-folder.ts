// A YOLO folder: images/ and labels/ (also images/<split>/), names in data.yaml or classes.txt; a label line is "class cx cy w h" in 0..1.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, extname, join, relative, sep } from 'node:path'
import { parse } from 'yaml'
import { AppError } from '../../../services/contracts/errors.ts'
import type { Box } from '../../../services/vision/geometry/box.ts'
import { readLabels } from '../labels.ts'

export interface LabelledPicture {
  /** path of the picture */
  readonly file: string
  /** edges as shares of the picture */
  readonly objects: readonly { readonly label: string; readonly box: Box }[]
}

export interface YoloFolder {
  readonly name: string
  readonly labels: readonly string[]
  readonly pictures: readonly LabelledPicture[]
  /** of the names and bytes of all pictures and label files, sorted */
  readonly sha256: string
}

const isPicture = /\.(jpe?g|png|webp|bmp|tiff?)$/i

/** A picture without a label file has no objects only if its file is there and empty; without one it is left out. QLY_INPUT_INVALID otherwise. */
export async function readYoloFolder(folder: string): Promise<YoloFolder> {
  const labels = await namesOf(folder)
  const all = await readdir(join(folder, 'images'), { recursive: true }).catch((cause: Error) => {
    throw new AppError('QLY_INPUT_INVALID', `${folder} is no YOLO folder: ${cause.message}`, { cause })
  })
  const hash = createHash('sha256')
  const pictures: LabelledPicture[] = []
  for (const name of all.filter((each) => isPicture.test(each)).sort()) {
    const file = join(folder, 'images', name)
    const beside = join(folder, 'labels', `${name.slice(0, -extname(name).length)}.txt`)
    const text = await readFile(beside, 'utf8').catch(() => undefined)
    if (text === undefined) continue
    hash
      .update(name.split(sep).join('/'))
      .update(await readFile(file))
      .update(text)
    pictures.push({ file, objects: readObjects(text, labels, relative(folder, beside)) })
  }
  if (pictures.length === 0) throw new AppError('QLY_INPUT_INVALID', `${folder} has no picture with a file in labels/`)
  return { name: basename(folder), labels, pictures, sha256: hash.digest('hex') }
}

async function namesOf(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, 'data.yaml'), 'utf8').catch(() => undefined)
  if (text === undefined) return readLabels(join(folder, 'classes.txt'))
  const { names } = (parse(text) ?? {}) as { names?: unknown }
  if (Array.isArray(names)) return names.map(String)
  if (typeof names === 'object' && names !== null) {
    const labels: string[] = []
    for (const [index, name] of Object.entries(names)) labels[Number(index)] = String(name)
    return labels
  }
  throw new AppError('QLY_INPUT_INVALID', `${folder}/data.yaml has no names`)
}

/** Lines of five numbers; more (polygons) are taken by their bounds. Throws QLY_INPUT_INVALID with the line. */
export function readObjects(text: string, labels: readonly string[], where: string): LabelledPicture['objects'] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return []
    const [number = -1, ...places] = line.trim().split(/\s+/).map(Number)
    const label = labels[number]
    const sound = places.length >= 4 && places.length % 2 === 0 && places.every(Number.isFinite)
    if (label === undefined || !sound)
      throw new AppError('QLY_INPUT_INVALID', `${where}:${index + 1}: "${line.slice(0, 80)}" is no "class cx cy w h"`)
    return [{ label, box: places.length === 4 ? centred(places) : boundsOf(places) }]
  })
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value))
const centred = ([x = 0, y = 0, width = 0, height = 0]: readonly number[]): Box => [
  clamp(x - width / 2),
  clamp(y - height / 2),
  clamp(x + width / 2),
  clamp(y + height / 2),
]

function boundsOf(points: readonly number[]): Box {
  const across = points.filter((_, index) => index % 2 === 0)
  const down = points.filter((_, index) => index % 2 === 1)
  return [Math.min(...across), Math.min(...down), Math.max(...across), Math.max(...down)].map(clamp) as unknown as Box
}
