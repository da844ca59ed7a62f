// Figures of cameras for /metrics.
import type { Registry } from '../../kernel/metrics/metrics.ts'
import { counter, gauge } from '../../kernel/metrics/metrics.ts'
import { viewFaults } from '../view-health/view-judge.ts'
import { cameraRoles, type RolesHealth } from './role-health.ts'

export interface CameraMetrics {
  decoded(camera: string): void
  skipped(camera: string, count: number): void
  delivered(camera: string): void
  damaged(camera: string): void
  reconnect(camera: string): void
  heldBack(camera: string, times: number): void
  status(camera: string, status: string): void
  /** pictures a second that arrive, measured over a few seconds */
  rate(camera: string, framesPerSecond: number): void
  /** how what looks at it, records it and shows it fares */
  roles(camera: string, health: RolesHealth): void
  /** what is wrong with what the camera shows */
  view(camera: string, faults: readonly string[]): void
  /** The camera is seen elsewhere now: its gauges go. */
  forget(camera: string): void
}

export function createCameraMetrics(registry: Registry): CameraMetrics {
  const labels = ['camera'] as const
  const decoded = counter(registry, 'qianliyan_media_frames_decoded_total', 'Pictures decoded.', labels)
  const skipped = counter(
    registry,
    'qianliyan_media_frames_skipped_total',
    'Sampled pictures that were not looked at, because a newer one came first.',
    labels,
  )
  const delivered = counter(registry, 'qianliyan_media_frames_delivered_total', 'Pictures looked at.', labels)
  const damaged = counter(registry, 'qianliyan_media_packets_damaged_total', 'Packets that no decoder reads.', labels)
  const reconnects = counter(registry, 'qianliyan_media_reconnects_total', 'Tries to reach a camera again.', labels)
  const heldBack = counter(
    registry,
    'qianliyan_media_held_back_total',
    'Times that a camera was read more slowly because it sends more than media.limits.',
    labels,
  )
  const up = gauge(registry, 'qianliyan_media_camera_online', '1 while pictures come.', labels)
  const view = gauge(registry, 'qianliyan_media_view_fault', '1 while the view is so.', ['camera', 'fault'])
  const rate = gauge(registry, 'qianliyan_media_camera_fps', 'Pictures a second that arrive.', labels)
  const byRole = ['camera', 'role'] as const
  const roleUp = gauge(registry, 'qianliyan_media_role_online', '1 while the role is given pictures.', byRole)
  const roleFps = gauge(registry, 'qianliyan_media_role_fps', 'Pictures a second that the role is given.', byRole)
  const roleKbps = gauge(
    registry,
    'qianliyan_media_role_kbps',
    'Coded kilobits a second that the role is given.',
    byRole,
  )
  return {
    decoded: (camera) => decoded.inc({ camera }),
    skipped: (camera, count) => skipped.inc({ camera }, count),
    delivered: (camera) => delivered.inc({ camera }),
    damaged: (camera) => damaged.inc({ camera }),
    heldBack: (camera, times) => heldBack.inc({ camera }, times),
    reconnect: (camera) => reconnects.inc({ camera }),
    status(camera, status) {
      up.set({ camera }, status === 'online' ? 1 : 0)
      if (status !== 'online') rate.set({ camera }, 0)
    },
    rate: (camera, framesPerSecond) => rate.set({ camera }, framesPerSecond),
    roles(camera, health) {
      for (const [role, { state, fps, kbps }] of Object.entries(health)) {
        roleUp.set({ camera, role }, state === 'online' ? 1 : 0)
        roleFps.set({ camera, role }, fps)
        roleKbps.set({ camera, role }, kbps)
      }
    },
    view(camera, faults) {
      for (const fault of viewFaults) view.set({ camera, fault }, faults.includes(fault) ? 1 : 0)
    },
    forget(camera) {
      for (const fault of viewFaults) view.remove({ camera, fault })
      for (const role of cameraRoles) {
        roleUp.remove({ camera, role })
        roleFps.remove({ camera, role })
        roleKbps.remove({ camera, role })
      }
      up.remove({ camera })
      rate.remove({ camera })
    },
  }
}

/** Measures a rate: call it for every picture with the time; it gives a figure each time the window is full. */
export function createRateMeter(windowMs: number): (now: number) => number | undefined {
  let start: number | undefined
  let count = 0
  return (now) => {
    start ??= now
    if (now - start < windowMs) {
      count++
      return undefined
    }
    const rate = (count * 1000) / (now - start)
    start = now
    count = 1
    return rate
  }
}
