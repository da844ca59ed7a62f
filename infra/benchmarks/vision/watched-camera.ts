// What every camera of these benches is, and how frames looked at are counted once all is warm.
import type { CameraConfig } from '../../../services/contracts/config/cameras.ts'

export interface Clip {
  readonly path: string
  readonly framesPerSecond: number
}

/** A camera with a no-parking zone over its whole picture, so that every part of the path has work. */
export function watchedCamera(id: string, source: string, model: string, { framesPerSecond }: Clip): CameraConfig {
  const polygon: [number, number][] = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ]
  return {
    id,
    name: id,
    kind: 'cctv',
    source,
    loop: false,
    transport: 'tcp',
    fps: framesPerSecond,
    models: [model],
    zones: [{ id: 'kerb', kind: 'no_parking', polygon, classes: [], dwellSeconds: 10, hours: '00:00-24:00' }],
  }
}

export interface FrameCount {
  /** one more frame has been looked at */
  add(): void
  /** frames a second since the warm-up */
  rate(): number
}

/** Counts; the first `warmUp` frames are not in the rate. */
export function countFrames(warmUp: number): FrameCount {
  let frames = 0
  let warmAt = 0
  let lastAt = 0
  return {
    add() {
      lastAt = performance.now()
      if (++frames === warmUp) warmAt = lastAt
    },
    rate() {
      if (frames <= warmUp) throw new Error(`only ${frames} frames were looked at`)
      return ((frames - warmUp) * 1000) / (lastAt - warmAt)
    },
  }
}
