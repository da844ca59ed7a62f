// The Kalman filter of SORT/DeepSORT/ByteTrack over a box: centre x, centre y, aspect (w/h) and height, each with its velocity
// (Wojke et al., ICIP 2017). Model and noise couple no two coordinates, so the 8-state filter is exactly four filters of two states.
import type { Box } from '../geometry/box.ts'

/** Standard deviations as a share of the height, per nominal step (values of DeepSORT and ByteTrack). */
const positionWeight = 1 / 20
const velocityWeight = 1 / 160

/** One coordinate: value, velocity, and their covariance. */
interface Coordinate {
  value: number
  velocity: number
  variance: number
  covariance: number
  velocityVariance: number
}

export interface KalmanBox {
  /** Moves on by `steps` nominal frame intervals. */
  predict(steps: number): void
  update(box: Box): void
  /** No growth while lost (as ByteTrack: the height's velocity is zeroed). */
  freezeSize(): void
  readonly box: Box
}

/** Boxes in pixels (isotropic units), not in fractions of the frame. */
export function createKalmanBox(box: Box): KalmanBox {
  const [x, y, aspect, height] = measure(box)
  const position = 2 * positionWeight * height
  const velocity = 10 * velocityWeight * height
  const coordinates = [
    start(x, position, velocity),
    start(y, position, velocity),
    start(aspect, 1e-2, 1e-5),
    start(height, position, velocity),
  ] as const

  return {
    predict(steps) {
      const size = coordinates[3].value
      const positionNoise = positionWeight * size
      const velocityNoise = velocityWeight * size
      predict(coordinates[0], steps, positionNoise, velocityNoise)
      predict(coordinates[1], steps, positionNoise, velocityNoise)
      predict(coordinates[2], steps, 1e-2, 1e-5)
      predict(coordinates[3], steps, positionNoise, velocityNoise)
    },
    update(measured) {
      const noise = positionWeight * coordinates[3].value
      const values = measure(measured)
      update(coordinates[0], values[0], noise)
      update(coordinates[1], values[1], noise)
      update(coordinates[2], values[2], 1e-1)
      update(coordinates[3], values[3], noise)
    },
    freezeSize() {
      coordinates[3].velocity = 0
      coordinates[2].velocity = 0
    },
    get box(): Box {
      const [{ value: cx }, { value: cy }, { value: ratio }, { value: high }] = coordinates
      const tall = Math.max(1e-6, high)
      const wide = Math.max(1e-6, ratio * tall)
      return [cx - wide / 2, cy - tall / 2, cx + wide / 2, cy + tall / 2]
    },
  }
}

function measure(box: Box): [number, number, number, number] {
  const width = Math.max(1e-6, box[2] - box[0])
  const height = Math.max(1e-6, box[3] - box[1])
  return [box[0] + width / 2, box[1] + height / 2, width / height, height]
}

const start = (value: number, deviation: number, velocityDeviation: number): Coordinate => ({
  value,
  velocity: 0,
  variance: deviation ** 2,
  covariance: 0,
  velocityVariance: velocityDeviation ** 2,
})

function predict(coordinate: Coordinate, steps: number, deviation: number, velocityDeviation: number): void {
  const { variance, covariance, velocityVariance } = coordinate
  coordinate.value += steps * coordinate.velocity
  coordinate.variance = variance + 2 * steps * covariance + steps ** 2 * velocityVariance + deviation ** 2 * steps
  coordinate.covariance = covariance + steps * velocityVariance
  coordinate.velocityVariance = velocityVariance + velocityDeviation ** 2 * steps
}

function update(coordinate: Coordinate, measured: number, deviation: number): void {
  const { variance, covariance, velocityVariance } = coordinate
  const innovation = variance + deviation ** 2
  const gain = variance / innovation
  const velocityGain = covariance / innovation
  const residual = measured - coordinate.value
  coordinate.value += gain * residual
  coordinate.velocity += velocityGain * residual
  coordinate.variance = (1 - gain) * variance
  coordinate.covariance = (1 - gain) * covariance
  coordinate.velocityVariance = velocityVariance - velocityGain * covariance
}
