// What models:add and models:fetch print of a model, and how they read what both are told.
import { join } from 'node:path'
import { AppError } from '../../../services/contracts/errors.ts'
import { type FamilyName, familyNames } from '../../../services/vision/detection/families/families.ts'
import { say, table } from '../terminal.ts'
import type { DescribedModel } from './describe-model.ts'
import type { Sample } from './try-sample.ts'

/** A rendered street. */
export const samplePicture = join(import.meta.dirname, '../sample-street.jpg')

export function familyOf(text: string): FamilyName {
  const family = familyNames.find((name) => name === text)
  if (family === undefined) throw new AppError('QLY_INPUT_INVALID', `--family is one of ${familyNames.join(', ')}`)
  return family
}

export function sizeOf(text: string): { width: number; height: number } {
  const [, width, height = width] = /^(\d{2,4})(?:x(\d{2,4}))?$/.exec(text) ?? []
  if (width === undefined)
    throw new AppError('QLY_INPUT_INVALID', `--size is pixels, as 640 or 640x384 (width x height)`)
  return { width: Number(width), height: Number(height) }
}

export function tellDescribed({ description, graph, outputs, reason }: DescribedModel): void {
  const shapes = (
    values: readonly { name: string; type: string; shape?: readonly (number | string)[] | undefined }[],
  ) => values.map(({ name, type, shape }) => `${name} ${type} [${shape?.join(',') ?? '?'}]`).join('; ')
  const { labels, classes, input } = description as {
    labels?: string[]
    classes?: Record<string, string>
    input: object
  }
  say(`inputs    ${shapes(graph.inputs)}`)
  say(`outputs   ${shapes(outputs)}`)
  say(`written   by ${graph.producer || 'unknown'}, opset ${graph.opset}`)
  say(`family    ${description.family} (${reason})`)
  say(`input     ${JSON.stringify(input)}`)
  if (labels) say(`labels    ${labels.length}: ${labels.slice(0, 8).join(', ')}${labels.length > 8 ? ', …' : ''}`)
  if (classes)
    say(
      `classes   ${Object.entries(classes)
        .map(([label, ours]) => `${label} → ${ours}`)
        .join(', ')}; others are dropped`,
    )
  else if (labels)
    say('classes   its labels as they are; zones go by car, large_vehicle, two_wheeler, person, smoke, fire, debris')
}

export function tellSample({ detections, vectorLength, colourOf, seconds }: Sample, shown: string): void {
  say()
  const took = `${(seconds * 1000).toFixed(0)} ms`
  if (vectorLength !== undefined) {
    say(`sample    a vector of ${vectorLength} numbers in ${took}`)
    return
  }
  const rows = detections.map(({ label, score, box }) => [
    label,
    score.toFixed(2),
    box.map((edge) => edge.toFixed(3)).join(' '),
    colourOf(label),
  ])
  say(table([['class', 'score', 'x1 y1 x2 y2 of the picture', 'colour'], ...rows]))
  say(`sample    ${detections.length} found in ${took}: ${shown}`)
}
