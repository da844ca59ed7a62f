// From what a model found in labelled pictures to the figures of a model card: pure.
import { iouOf } from '../../../services/vision/geometry/box.ts'
import { averagePrecision, type JudgedPicture, matchGreedily, type ScoredBox } from './average-precision.ts'

export interface Found extends ScoredBox {
  readonly label: string
  /** score from which it counts as an alarm */
  readonly threshold: number
}

/** One picture; boxes in pixels of the picture. */
export interface Judged {
  readonly truth: readonly { readonly label: string; readonly box: ScoredBox['box'] }[]
  readonly found: readonly Found[]
}

export interface ClassFigures {
  /** labelled objects */
  readonly objects: number
  /** 0..1; null where nothing is labelled */
  readonly ap50: number | null
  readonly ap50to95: number | null
  /** at the model's threshold and IoU 0.5; null where nothing was found or labelled */
  readonly precision: number | null
  readonly recall: number | null
}

export interface Figures {
  readonly pictures: number
  readonly classes: Readonly<Record<string, ClassFigures>>
  /** pictures without any labelled object */
  readonly negatives: number
  /** detections above the threshold in them, of the judged classes, per 1,000 pictures; null without negatives */
  readonly falseAlarmsPer1000Negatives: number | null
}

export function figuresOf(pictures: readonly Judged[], classes: readonly string[]): Figures {
  const negatives = pictures.filter(({ truth }) => truth.length === 0)
  const alarms = negatives.flatMap(({ found }) => found.filter((each) => isAlarm(each) && classes.includes(each.label)))
  return {
    pictures: pictures.length,
    classes: Object.fromEntries(classes.map((label) => [label, classFigures(pictures, label)])),
    negatives: negatives.length,
    falseAlarmsPer1000Negatives: negatives.length === 0 ? null : rounded((1000 * alarms.length) / negatives.length, 1),
  }
}

const isAlarm = ({ score, threshold }: Found): boolean => score >= threshold

function classFigures(pictures: readonly Judged[], label: string): ClassFigures {
  const mine = pictures.map(({ truth, found }) => ({
    truth: truth.filter((each) => each.label === label).map(({ box }) => box),
    found: found.filter((each) => each.label === label),
  }))
  const average = averagePrecision(mine)
  const objects = mine.reduce((sum, { truth }) => sum + truth.length, 0)
  const alarms = mine.map(({ truth, found }) => ({ truth, found: found.filter(isAlarm) }))
  const hits = alarms.reduce((sum, picture) => sum + hitsIn(picture), 0)
  const told = alarms.reduce((sum, { found }) => sum + found.length, 0)
  return {
    objects,
    ap50: average ? rounded(average.ap50, 4) : null,
    ap50to95: average ? rounded(average.ap, 4) : null,
    precision: told === 0 ? null : rounded(hits / told, 4),
    recall: objects === 0 ? null : rounded(hits / objects, 4),
  }
}

function hitsIn({ truth, found }: JudgedPicture): number {
  const overlaps = [...found]
    .sort((a, b) => b.score - a.score)
    .map(({ box }) => truth.map((other) => iouOf(box, other)))
  return matchGreedily(overlaps, truth.length, 0.5).filter(Boolean).length
}

const rounded = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits
