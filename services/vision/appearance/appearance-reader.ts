// Asks the embedding how vehicles look that stand, or that may be one that stood. A few a minute at most, so it waits its turn like any frame.
import type { Appearance } from '../../contracts/appearance.ts'
import type { CameraFrame } from '../../contracts/frames.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import type { InferencePool } from '../inference/inference-pool.ts'
import type { Model } from '../model-registry/model-registry.ts'
import type { ParkingObject } from '../parking/parking-machine.ts'
import { cutThatShows } from '../parking/parking-objects.ts'
import type { ParkingState } from '../parking/parking-state.ts'
import { cropVehicle } from './vehicle-crop.ts'
import { wantedAppearances } from './wanted.ts'

export interface AppearanceReader {
  /** The objects, those that matter with how they look. Never rejects: without it colours decide. Must be awaited while the frame is valid. */
  read(parking: ParkingState, objects: readonly ParkingObject[], frame: CameraFrame): Promise<readonly ParkingObject[]>
}

export interface AppearanceReaderDeps {
  readonly pool: Pick<InferencePool, 'infer'>
  readonly logger: Logger
  /** told the time of a run in seconds */
  readonly onRun?: (model: string, seconds: number) => void
}

export function createAppearanceReader(
  { pool, logger, onRun }: AppearanceReaderDeps,
  model: Model,
  rules: { readonly samePlaceIou: number; readonly refreshMs: number },
): AppearanceReader {
  const { width } = model.description.input
  return {
    async read(parking, objects, frame) {
      const crops = new Map<number, Uint8Array>()
      for (const { trackId, box } of wantedAppearances(parking, objects, frame.capturedAt, rules)) {
        const cut = cutThatShows(frame.cuts, box)
        const crop = cut && cropVehicle(box, cut, width)
        if (crop) crops.set(trackId, crop)
      }
      if (crops.size === 0) return objects
      try {
        const { detections, seconds } = await pool.infer(model.key, frame.cameraId, [...crops.values()], 0)
        onRun?.(model.name, seconds)
        const vectors = new Map([...crops.keys()].map((trackId, index) => [trackId, detections[index]?.[0]?.vector]))
        return objects.map((object) => {
          const vector = vectors.get(object.trackId)
          return vector ? { ...object, appearance: appearanceOf(model, vector) } : object
        })
      } catch (error) {
        logger.warn({ camera: frame.cameraId, err: error }, 'how vehicles look could not be told; their colours decide')
        return objects
      }
    },
  }
}

const appearanceOf = ({ tag }: Model, vector: Float32Array): Appearance => ({
  model: tag,
  vector: Array.from(vector, (value) => Math.round(1000 * value) / 1000),
})
