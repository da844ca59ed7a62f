// Votes by area: which frames showed a thing at one place, and whether it flickers or grows there. Pure.
import type { PictureBox } from '../../contracts/geometry.ts'
import { areaOf, type Box, heightOf, intersectionOf, widthOf } from '../geometry/box.ts'

/** One frame of the window: clock time, whether it was there, and the boxes where. */
export type Vote = [clock: number, hit: 0 | 1, boxes?: readonly PictureBox[]]

/** The box around which a thing is still at the same place: half of its size further on every side. */
export function around(box: Box, sizes = 0.5): Box {
  const [wide, high] = [sizes * widthOf(box), sizes * heightOf(box)]
  return [box[0] - wide, box[1] - high, box[2] + wide, box[3] + high]
}

/** The largest box of each frame that showed it in the area of `box`; oldest first. */
export function votesAt(votes: readonly Vote[], box: Box): PictureBox[] {
  const area = around(box)
  return votes.flatMap(([, , boxes = []]) => {
    const here = boxes.filter((each) => intersectionOf(area, each) > 0)
    return here.length === 0 ? [] : [here.reduce((a, b) => (areaOf(b) > areaOf(a) ? b : a))]
  })
}

export function meanArea(votes: readonly Vote[], box: Box): number {
  const areas = votesAt(votes, box).map(areaOf)
  return areas.length === 0 ? areaOf(box) : mean(areas)
}

/** Mean deviation of the area, as a share of it: flames and smoke are above, a detector's jitter on a lamp or a poster is below. */
const flickerShare = 0.06
/** Growth over the window that is no jitter. */
const growthShare = 1.15

export function changes(boxes: readonly Box[]): boolean {
  const areas = boxes.map(areaOf)
  const middle = mean(areas)
  if (middle === 0 || areas.length < 2) return false
  const part = Math.max(1, Math.floor(areas.length / 3))
  const grown = mean(areas.slice(-part)) / mean(areas.slice(0, part))
  return mean(areas.map((area) => Math.abs(area - middle))) / middle >= flickerShare || grown >= growthShare
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
