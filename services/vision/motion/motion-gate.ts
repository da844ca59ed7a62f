// Which frames of a camera deserve inference: those in which something changed, those that are due anyway, and all of them while something is being
// decided (a vehicle that just came, one that is missed, smoke that is voted on). The others are as before.
import type { MotionConfig } from '../../contracts/config/vision.ts'
import type { FrameCutPixels } from '../../contracts/frames.ts'
import type { ParkingState } from '../parking/parking-state.ts'
import { type CutPoints, hasChanged, pointsOf } from './picture-change.ts'

export interface MotionGate {
  /** `calm`: nothing is being decided. The answer stands: what is not wanted is not inferred. */
  wants(
    frame: { readonly capturedAt: number; readonly discontinuity: boolean; readonly cuts: readonly FrameCutPixels[] },
    calm: boolean,
  ): boolean
}

export function createMotionGate(config: MotionConfig): MotionGate {
  const due = createInferenceDue(config)
  let reference: readonly CutPoints[] | undefined
  return {
    wants({ capturedAt, discontinuity, cuts }, calm) {
      const points = cuts.map(pointsOf)
      const before = reference
      const changed =
        discontinuity ||
        before?.length !== points.length ||
        points.some((each, index) => hasChanged(before[index] ?? each, each, config))
      if (!due(capturedAt, changed, calm)) return false
      reference = points
      return true
    },
  }
}

/** The decision without the pixels: is this frame to be inferred? */
export function createInferenceDue(config: Pick<MotionConfig, 'everySeconds'>) {
  let last: number | undefined
  return (at: number, changed: boolean, calm: boolean): boolean => {
    const age = last === undefined ? Number.POSITIVE_INFINITY : Math.abs(at - last)
    if (!changed && calm && age < 1000 * config.everySeconds - 1) return false
    last = at
    return true
  }
}

/** Every vehicle that is known stands, and was seen where it stands when last looked at. */
export const isCalm = ({ vehicles, clock }: ParkingState): boolean =>
  vehicles.every(
    ({ phase, seenAt, displacedSince }) => phase !== 'entered' && seenAt === clock && displacedSince === undefined,
  )
