// Cameras by id. What is added or taken away while we run (camera-directory.ts) puts a new list into the configuration; look-ups follow it.
import type { CameraConfig } from '../../contracts/config/cameras.ts'

export interface CameraIndex {
  get(id: string): CameraConfig | undefined
}

export function createCameraIndex(config: { readonly cameras: readonly CameraConfig[] }): CameraIndex {
  let of: readonly CameraConfig[] | undefined
  let known = new Map<string, CameraConfig>()
  return {
    get(id) {
      if (of !== config.cameras) {
        of = config.cameras
        known = new Map(of.map((camera) => [camera.id, camera]))
      }
      return known.get(id)
    },
  }
}
