// Which family a graph belongs to, from the names and the shapes that a run gave, and what its exporter wrote beside it. A guess says its reason.
import type { FamilyName } from '../../detection/families/families.ts'
import { cellsOf } from '../../detection/families/grid.ts'

/** An output of a run on a grey picture. */
export interface SeenOutput {
  readonly name: string
  readonly type: string
  readonly shape: readonly number[]
  /** largest absolute value of the first four numbers of each row */
  readonly largest: number
}

export interface Guess {
  readonly family: FamilyName
  /** number of classes; undefined: the shape does not tell */
  readonly classes: number | undefined
  readonly reason: string
}

export interface GuessInput {
  readonly input: {
    readonly width: number
    readonly height: number
    readonly type: string
    readonly layout: 'nchw' | 'nhwc'
  }
  readonly outputs: readonly SeenOutput[]
  readonly metadata: Readonly<Record<string, string>>
  /** number of labels that the user or the metadata gives */
  readonly labels: number | undefined
}

/** undefined: no family fits. */
export function guessFamily({ input, outputs, metadata, labels }: GuessInput): Guess | undefined {
  const [first, second] = outputs
  if (first === undefined) return undefined
  const named = (name: string) => outputs.find((output) => output.name === name)
  const boxes = outputs.find(({ shape }) => shape.length === 3 && shape[2] === 4)
  const scores = named('scores')
  if (named('boxes') && scores?.shape.length === 3 && named('boxes') === boxes)
    return { family: 'qianliyan', classes: scores.shape[2], reason: 'outputs boxes [1,N,4] and scores [1,N,C]' }
  if (boxes && scores?.shape.length === 2 && named('labels')?.shape.length === 2)
    return { family: 'detr', classes: undefined, reason: 'outputs labels, boxes and scores' }
  if (boxes && outputs.length >= 2) {
    const logits = outputs.find((output) => output !== boxes && output.shape.length === 3)
    if (logits) return { family: 'detr', classes: logits.shape[2], reason: `boxes [1,Q,4] beside ${logits.name}` }
  }
  if (isVector(first.shape) && outputs.length === 1) return wholePicture(first, metadata, labels)
  const [rows = 0, columns = 0] = first.shape.length === 3 ? first.shape.slice(1) : first.shape
  if ((outputs.length === 1 || metadata.task === 'segment') && columns === 6 && labels !== 1 && labels !== 2)
    return { family: 'end-to-end', classes: undefined, reason: `rows of six numbers: ${shapeOf(first)}` }
  if (first.shape.length === 2 && columns === 7)
    return { family: 'end-to-end', classes: undefined, reason: `rows of seven numbers: ${shapeOf(first)}` }
  if (first.shape.length !== 3) return undefined
  if (second === undefined || second.shape.length === 4)
    return dense(first, rows, columns, second, { input, metadata, labels })
  return undefined
}

function wholePicture(
  output: SeenOutput,
  metadata: Readonly<Record<string, string>>,
  labels: number | undefined,
): Guess {
  const size = output.shape[1] as number
  if (
    metadata.task === 'classify' ||
    labels === size ||
    (labels === undefined && /prob|logit|class|softmax/i.test(output.name))
  )
    return { family: 'classifier', classes: size, reason: `one vector ${shapeOf(output)}, a number a label` }
  if (labels === undefined && [...commonClassCounts].includes(size))
    return {
      family: 'classifier',
      classes: size,
      reason: `one vector ${shapeOf(output)}, as many as ImageNet's classes`,
    }
  return {
    family: 'embedding',
    classes: undefined,
    reason: `one vector ${shapeOf(output)} and no labels of that number`,
  }
}
const commonClassCounts = [1000, 1001, 21_841]

/** Heads that answer for every cell: a count of rows that matches the strides tells the family. */
function dense(
  output: SeenOutput,
  rows: number,
  columns: number,
  second: SeenOutput | undefined,
  { input, metadata, labels }: Pick<GuessInput, 'input' | 'metadata' | 'labels'>,
): Guess | undefined {
  const masks = second?.shape[1] ?? 0
  const count = (strides: readonly number[], whole: (cells: number) => number) => cellsOf(input, strides, whole).length
  const isRtDetr =
    columns - 4 > 0 && rows <= 1000 && output.largest <= 1.5 && (labels === undefined || columns === 4 + labels)
  if (isRtDetr && !metadata.stride)
    return { family: 'detr', classes: columns - 4, reason: `few rows of boxes in 0..1: ${shapeOf(output)}` }
  if (columns > rows && rows > 4 + masks)
    return {
      family: 'ultralytics',
      classes: rows - 4 - masks,
      reason: `columns ${shapeOf(output)}, as v8 and later have`,
    }
  const three = count([8, 16, 32], Math.ceil)
  if (rows === count([8, 16, 32, 64], Math.ceil) && rows !== three)
    return { family: 'nanodet', classes: nanodetClasses(columns, labels), reason: `${rows} rows over strides 8 to 64` }
  if (rows === three) {
    const bins = labels === undefined ? 0 : (columns - labels) / 4
    if (bins >= 2 && Number.isInteger(bins))
      return { family: 'nanodet', classes: labels, reason: `${rows} rows with ${bins} bins a side` }
    if (labels === columns - 4)
      return { family: 'ultralytics', classes: labels, reason: `rows ${shapeOf(output)} without objectness` }
    if (output.largest < rawLimit && masks === 0)
      return { family: 'yolox', classes: columns - 5, reason: `${rows} rows over strides 8, 16, 32, raw numbers` }
  }
  if (columns > 5 + masks)
    return {
      family: 'ultralytics',
      classes: columns - 5 - masks,
      reason: `rows ${shapeOf(output)} with objectness, as v5 has`,
    }
  return undefined
}

/** Raw offsets and logarithms stay small; boxes in pixels reach the size of the input. */
const rawLimit = 20
/** NanoDet has eight bins a side by default. */
const nanodetClasses = (columns: number, labels: number | undefined): number => labels ?? columns - 32
const isVector = (shape: readonly number[]): boolean =>
  shape.length >= 2 && shape[0] === 1 && shape.slice(2).every((size) => size === 1)
const shapeOf = ({ shape }: SeenOutput): string => `[${shape.join(',')}]`
