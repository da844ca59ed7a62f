// What the dwell machine is given of a frame: every tracked object, with the look of what can park.

import type { CameraFrame, FrameCutPixels } from '../../contracts/frames.ts'
import type { PictureBox } from '../../contracts/geometry.ts'
import { coverageOf } from '../geometry/box.ts'
import type { TrackedDetection } from '../tracking/byte-track.ts'
import { groupOf } from '../zones/zone-rules.ts'
import { lookOf } from './look.ts'
import type { ParkingObject } from './parking-machine.ts'

/** Everything tracked may hide a place; looks are taken of what can park. */
export function toParkingObjects(
  tracked: readonly TrackedDetection[],
  frame: CameraFrame,
  groups: ReadonlySet<string>,
): ParkingObject[] {
  return tracked.map(({ trackId, label, score, box }) => {
    const group = groupOf(label)
    const cut = groups.has(group) ? cutThatShows(frame.cuts, box) : undefined
    const look = cut === undefined ? undefined : lookOf(box, cut)
    return { trackId, label, group, score, box, ...(look ? { look } : {}) }
  })
}

/** The cut that shows the box with the most pixels. */
export function cutThatShows(cuts: readonly FrameCutPixels[], box: PictureBox): FrameCutPixels | undefined {
  const showing = cuts.filter(({ cut }) => coverageOf(box, cut.region) > 0.9)
  const scale = ({ cut, pictureWidth }: FrameCutPixels) => pictureWidth / (cut.region[2] - cut.region[0])
  return showing.sort((a, b) => scale(b) - scale(a))[0]
}
