// The view of a camera on its way to vision: what is wrong with it is told in its twin, its figures and the log, and frames say while its zones mean nothing.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { MediaConfig } from '../../contracts/config/media.ts'
import type { CameraFrame } from '../../contracts/frames.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { ViewStore } from '../view-health/view-store.ts'
import { createViewWatch, type ViewWatch } from '../view-health/view-watch.ts'
import type { CameraMetrics } from './camera-metrics.ts'
import type { CameraNews } from './camera-news.ts'

export type ViewDeps = Pick<Kernel, 'bus' | 'objectStore' | 'clock' | 'logger'> & {
  readonly metrics: CameraMetrics
  readonly store: ViewStore
  /** the views of this process's cameras, for who confirms one */
  readonly views: Map<string, ViewWatch>
}

export interface CameraView {
  /** The frame as it goes on. */
  through(frame: CameraFrame): CameraFrame
  close(): Promise<void>
}

export function openCameraView(
  deps: ViewDeps,
  config: MediaConfig['view'],
  camera: CameraConfig,
  news: CameraNews,
): CameraView {
  const { logger, metrics, views } = deps
  const view = createViewWatch(deps, config, camera, (faults, at) => {
    if (faults.length > 0) logger.warn({ camera: camera.id, faults }, 'the view of a camera has a fault')
    metrics.view(camera.id, faults)
    void news.patch({
      viewFaults: faults,
      viewSince: new Date(at).toISOString(),
      zonesSuspended: faults.includes('moved'),
    })
  })
  views.set(camera.id, view)
  return {
    through(frame) {
      view.offer(frame)
      return view.moved ? { ...frame, zonesSuspended: true } : frame
    },
    async close() {
      if (views.get(camera.id) === view) views.delete(camera.id)
      await view.close()
    },
  }
}
