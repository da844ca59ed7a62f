// From an .onnx file and what the user says of it to a model.json, or a refusal with the reason. The graph is tried in a process of its own.
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { AppError } from '../../../services/contracts/errors.ts'
import { type FamilyName, families } from '../../../services/vision/detection/families/families.ts'
import {
  type InputFormat,
  inputFormatOf,
  type ModelInput,
} from '../../../services/vision/model-registry/model-description.ts'
import { type Guess, guessFamily, type SeenOutput } from '../../../services/vision/model-registry/onnx/guess-family.ts'
import { type OnnxFile, type OnnxValue, readOnnx } from '../../../services/vision/model-registry/onnx/onnx-file.ts'
import { runTrial } from '../../../services/vision/model-registry/trial/run-trial.ts'
import { classesOfLabels, labelsOfMetadata } from '../labels.ts'

export interface BroughtModel {
  readonly file: string
  readonly family?: FamilyName
  readonly labels?: readonly string[]
  /** needed where the graph leaves its axes open */
  readonly size?: { readonly width: number; readonly height: number }
  readonly threshold?: number
  readonly licence?: string
  readonly trainedOn?: string
}

export interface DescribedModel {
  /** the model.json */
  readonly description: Record<string, unknown>
  readonly graph: OnnxFile
  readonly outputs: readonly SeenOutput[]
  readonly reason: string
  readonly externalFiles: readonly string[]
}

/** Throws QLY_MODEL_INVALID that says what does not fit and what to do. */
export async function describeModel(brought: BroughtModel): Promise<DescribedModel> {
  const bytes = await readFile(brought.file).catch((cause: Error) => refuse(`cannot read it: ${cause.message}`, cause))
  const graph = readOnnx(bytes)
  await checkExternalFiles(brought.file, graph)
  const picture = pictureInput(graph)
  const format = formatOf(picture, brought, graph)
  const { outputs } = await runTrial({ kind: 'probe', file: brought.file, format })
  const known = brought.labels ?? labelsOfMetadata(graph.metadata)
  const guess = familyOf(brought, { format, outputs, graph, labels: known?.length })
  const labels = labelsFor(guess, known)
  const input = inputFor(guess.family, format, graph)
  const classes = guess.family === 'embedding' ? undefined : classesOfLabels(labels)
  return {
    graph,
    outputs,
    reason: guess.reason,
    externalFiles: graph.externalFiles,
    description: {
      file: 'model.onnx',
      family: guess.family,
      ...(guess.family === 'embedding' ? {} : { labels }),
      ...(classes ? { classes } : {}),
      input,
      ...(guess.family === 'embedding' ? {} : { threshold: brought.threshold ?? 0.3 }),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      ...(graph.externalFiles.length > 0 ? { externalFiles: await hashesOf(brought.file, graph.externalFiles) } : {}),
      licence: brought.licence ?? graph.metadata.license ?? 'not stated',
      trainedOn: brought.trainedOn ?? graph.metadata.description ?? 'not stated',
    },
  }
}

function refuse(message: string, cause?: unknown): never {
  throw new AppError('QLY_MODEL_INVALID', message, cause === undefined ? {} : { cause })
}

async function checkExternalFiles(file: string, graph: OnnxFile): Promise<void> {
  for (const name of graph.externalFiles) {
    if (isAbsolute(name) || normalize(name).startsWith('..')) refuse(`its weights lie outside its folder: ${name}`)
    const found = await stat(join(dirname(file), name)).catch(() => undefined)
    if (!found?.isFile())
      refuse(`its weights are in ${name}, which is not beside it; put the file there, or export without external data`)
  }
}

async function hashesOf(file: string, names: readonly string[]): Promise<Record<string, string>> {
  const hashes = names.map(async (name) => {
    const bytes = await readFile(join(dirname(file), name))
    return [name, createHash('sha256').update(bytes).digest('hex')] as const
  })
  return Object.fromEntries(await Promise.all(hashes))
}

function pictureInput(graph: OnnxFile): OnnxValue {
  const pictures = graph.inputs.filter(({ shape }) => shape?.length === 4)
  const [picture] = pictures
  if (picture === undefined || pictures.length !== 1) {
    const all = graph.inputs.map(({ name, type, shape }) => `${name} ${type} [${shape?.join(',') ?? '?'}]`).join('; ')
    refuse(`it has the inputs ${all || '(none)'}; one picture input of four axes is expected`)
  }
  return picture
}

const pixelTypes = ['uint8', 'int8', 'float16', 'float32'] as const
const isPixelType = (type: string): type is InputFormat['type'] => (pixelTypes as readonly string[]).includes(type)

/** Size, layout and type of the picture as the graph has them; how numbers are normalised is the family's matter and comes later. */
function formatOf({ name, type, shape = [] }: OnnxValue, { size }: BroughtModel, graph: OnnxFile): InputFormat {
  if (!isPixelType(type)) refuse(`input ${name} is ${type}; pixels are ${pixelTypes.join(', ')}`)
  const layout = shape[1] === 3 ? 'nchw' : shape[3] === 3 ? 'nhwc' : undefined
  if (layout === undefined)
    refuse(`input ${name} has the shape [${shape.join(', ')}]; three colours in the second or last axis are expected`)
  if (typeof shape[0] === 'number' && shape[0] !== 1)
    refuse(`input ${name} takes ${shape[0]} pictures at once; export it for a batch of 1 or an open one`)
  const axes = layout === 'nchw' ? shape.slice(2) : shape.slice(1, 3)
  const written = sizeOfMetadata(graph.metadata)
  const [height = 0, width = 0] = axes.map((axis, index) => {
    const wanted = index === 0 ? size?.height : size?.width
    if (typeof axis === 'number') {
      if (wanted !== undefined && wanted !== axis)
        refuse(`the graph is made for ${axes[1]}×${axes[0]} pixels, not ${size?.width}×${size?.height}`)
      return axis
    }
    const value = wanted ?? written?.[index]
    if (value === undefined)
      refuse(`the axes of input ${name} [${shape.join(', ')}] are open: say the size with --size 640 or --size 640x384`)
    return value
  })
  return { ...families.ultralytics.input, width, height, letterbox: 'centre', layout, type }
}

/** Ultralytics writes imgsz as "[640, 384]": height, width. */
function sizeOfMetadata({ imgsz }: Readonly<Record<string, string>>): readonly [number, number] | undefined {
  const numbers = [...(imgsz ?? '').matchAll(/\d+/g)].map(Number)
  const [height, width = height] = numbers
  return height === undefined || width === undefined ? undefined : [height, width]
}

function familyOf(
  { family, labels: given }: BroughtModel,
  {
    format,
    outputs,
    graph,
    labels,
  }: { format: InputFormat; outputs: readonly SeenOutput[]; graph: OnnxFile; labels: number | undefined },
): Guess {
  const guess = guessFamily({ input: format, outputs, metadata: graph.metadata, labels })
  if (family !== undefined) return { family, classes: given?.length ?? guess?.classes, reason: '--family' }
  if (guess !== undefined) return guess
  const shapes = outputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join('; ')
  return refuse(
    `no family has the outputs ${shapes}; if one does nevertheless, name it with --family (${Object.keys(families).join(', ')})`,
  )
}

function labelsFor({ family, classes }: Guess, known: readonly string[] | undefined): readonly string[] {
  if (family === 'embedding') return ['embedding']
  const count = classes === undefined ? '' : ` It has ${classes} classes.`
  if (known === undefined) refuse(`it does not name its labels; give a file with one a line: --labels FILE.${count}`)
  return known
}

/** Only what differs from the family's usual input is written. */
function inputFor(family: FamilyName, format: InputFormat, graph: OnnxFile): ModelInput {
  const { width, height, layout, type } = format
  const size: ModelInput = { width, height, letterbox: family === 'yolox' ? 'top-left' : 'centre' }
  const usual = inputFormatOf({ family, input: size })
  // Ultralytics' classifiers normalise to 0..1 only.
  const plain =
    family === 'classifier' && graph.metadata.task === 'classify'
      ? { mean: [0, 0, 0] as [number, number, number], deviation: [1, 1, 1] as [number, number, number] }
      : {}
  return { ...size, ...(usual.layout === layout ? {} : { layout }), ...(usual.type === type ? {} : { type }), ...plain }
}
