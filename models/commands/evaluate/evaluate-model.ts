// Models over labelled folders: every picture through every model, then the figures, side by side.
import { availableParallelism, cpus } from 'node:os'
import { classOfName } from '../labels.ts'
import { loadPicture } from '../pictures.ts'
import { createProgressBar } from '../terminal.ts'
import { type Figures, figuresOf, type Judged } from './figures.ts'
import type { MeasuredModel } from './measured-model.ts'
import type { LabelledPicture, YoloFolder } from './yolo-folder.ts'

export interface ModelReport extends Figures {
  readonly model: string
  /** median milliseconds a frame, with pre- and post-processing */
  readonly msPerFrame: { readonly threads1: number; readonly threads2: number }
}

export interface SetReport {
  readonly data: {
    readonly name: string
    readonly pictures: number
    readonly sha256: string
    readonly classes: readonly string[]
  }
  readonly models: readonly ModelReport[]
}

export const conditions = (): string =>
  `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}; AP as pycocotools (101 points, 100 a picture), precision and recall at the model's threshold and IoU 0.5`

/** Classes that the data labels and the first model finds; `only` narrows them. */
export function judgedClasses(folder: YoloFolder, model: MeasuredModel, only: readonly string[] | undefined): string[] {
  const labelled = new Set(folder.labels.map((label) => ourLabel(label, model)))
  return model.model.classes.filter((label) => labelled.has(label) && (only === undefined || only.includes(label)))
}

export async function evaluateOn(
  folder: YoloFolder,
  models: readonly MeasuredModel[],
  classes: readonly string[],
): Promise<SetReport> {
  const judged = new Map(models.map((model) => [model, [] as Judged[]]))
  const bar = createProgressBar(folder.name, folder.pictures.length, { name: 'pictures' })
  for (const [index, picture] of folder.pictures.entries()) {
    const pixels = await loadPicture(picture.file)
    for (const model of models) {
      const truth = inPixels(picture, pixels, (label) => ourLabel(label, model))
      judged.get(model)?.push({ truth, found: await model.detect(pixels) })
    }
    bar.at(index + 1)
  }
  bar.end()
  const times = await timesOf(models, folder.pictures)
  return {
    data: { name: folder.name, pictures: folder.pictures.length, sha256: folder.sha256, classes },
    models: models.map((model, index) => ({
      model: model.model.tag,
      ...figuresOf(judged.get(model) ?? [], classes),
      msPerFrame: times[index] as ModelReport['msPerFrame'],
    })),
  }
}

/** A label of the data as the model's classes are named: the same name, or the class of ours that it stands for. */
function ourLabel(label: string, { model }: MeasuredModel): string {
  return model.classes.includes(label) ? label : (classOfName(label) ?? label)
}

const inPixels = (
  { objects }: LabelledPicture,
  { width, height }: { width: number; height: number },
  rename: (label: string) => string,
): Judged['truth'] =>
  objects.map(({ label, box: [x1, y1, x2, y2] }) => ({
    label: rename(label),
    box: [x1 * width, y1 * height, x2 * width, y2 * height],
  }))

const warmUp = 3
const timed = 25

/** The models take turns on the same pictures, so that a busy moment of the machine hits them alike. */
async function timesOf(
  models: readonly MeasuredModel[],
  pictures: readonly LabelledPicture[],
): Promise<ModelReport['msPerFrame'][]> {
  const samples = models.map(() => ({ 1: [] as number[], 2: [] as number[] }))
  for (let run = 0; run < warmUp + timed; run++) {
    const picture = await loadPicture((pictures[run % pictures.length] as LabelledPicture).file)
    for (const [index, model] of models.entries()) {
      for (const threads of [1, 2] as const) {
        const taken = await model.milliseconds(picture, threads)
        if (run >= warmUp) samples[index]?.[threads].push(taken)
      }
    }
  }
  return samples.map((sample) => ({ threads1: median(sample[1]), threads2: median(sample[2]) }))
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 10) / 10
}
